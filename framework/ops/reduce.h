// Reductions. `dims` empty (or left out) means all; with `keepdim` reduced dimensions stay with
// size 1. PyTorch's semantics.
#pragma once

#include "heed/framework/tensor/tensor.h"

namespace heed {

Tensor sum(const Tensor& x, const IntList& dims = {}, bool keepdim = false);
Tensor mean(const Tensor& x, const IntList& dims = {}, bool keepdim = false);
/// Σ(x − mean)² / max(0, n − correction).
Tensor var(const Tensor& x, const IntList& dims = {}, double correction = 1, bool keepdim = false);
/// Largest element; equal ones share the gradient evenly. Empty dimensions throw ShapeError.
Tensor amax(const Tensor& x, const IntList& dims = {}, bool keepdim = false);
/// log Σ exp(x), computed around the maximum.
Tensor logsumexp(const Tensor& x, const IntList& dims, bool keepdim = false);

struct ValuesAndIndices {
  Tensor values;
  Tensor indices;  ///< i64
};
/// Largest elements along `dim` and where the first of them stand; those get the gradient.
ValuesAndIndices max(const Tensor& x, int64_t dim, bool keepdim = false);
/// The largest element of all; equal ones share the gradient evenly.
Tensor max(const Tensor& x);
/// Index of the first largest element along `dim`, i64.
Tensor argmax(const Tensor& x, int64_t dim, bool keepdim = false);
/// Its index in row-major order, 0-d i64.
Tensor argmax(const Tensor& x);

}  // namespace heed
