// Running sums and sorting along a dimension.
#pragma once

#include "heed/framework/tensor/tensor.h"

namespace heed::kernels {

/// y[i] = x[0] + … + x[i] along `dim`.
Tensor cumsum(const Tensor& x, int64_t dim);
/// The indices that sort `x` along `dim`, equal elements in their order; NaN counts as the largest.
Tensor argsort(const Tensor& x, int64_t dim, bool descending);

}  // namespace heed::kernels
