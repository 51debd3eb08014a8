// Reductions along dimensions of strided memory. `dims` are normalized and sorted; results keep
// size 1 there (ops drop it). Every result is summed in an order fixed by the shape.
#pragma once

#include "heed/framework/tensor/tensor.h"

namespace heed::kernels {

Tensor sum(const Tensor& x, const IntList& dims);
/// Σ x² of all elements, in double.
double square_sum(const Tensor& x);
/// Largest element; NaN if there is one. Throws ShapeError when there is nothing to choose from.
Tensor amax(const Tensor& x, const IntList& dims);
/// The same for the smallest.
Tensor amin(const Tensor& x, const IntList& dims);
/// The index along `dim` of the first largest element (or of the first NaN), i64.
Tensor argmax(const Tensor& x, int64_t dim);
Tensor argmin(const Tensor& x, int64_t dim);  ///< the same for the smallest

}  // namespace heed::kernels
