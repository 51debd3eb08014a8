// Running products and the like along a dimension. Floating results are accumulated in double.
#pragma once

#include "heed/framework/tensor/tensor.h"

namespace heed::kernels {

/// y[i] = x[0] · … · x[i] along `dim`; i64 wraps around.
Tensor cumprod(const Tensor& x, int64_t dim);
/// y[i] = log(exp x[0] + … + exp x[i]) along `dim`.
Tensor logcumsumexp(const Tensor& x, int64_t dim);
/// From the end: s[i] = g[i] + a[i + 1] · s[i + 1] along `dim`, for floating tensors of one shape.
Tensor reverse_scan(const Tensor& g, const Tensor& a, int64_t dim);

}  // namespace heed::kernels
