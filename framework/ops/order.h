// Running sums and products, and sorting along a dimension.
#pragma once

#include "heed/framework/ops/reduce.h"

namespace heed {

/// y[i] = x[0] + … + x[i] along `dim`.
Tensor cumsum(const Tensor& x, int64_t dim);
/// y[i] = x[0] · … · x[i] along `dim`. Its gradient divides by nothing: it is right at zeros, too.
Tensor cumprod(const Tensor& x, int64_t dim);
/// y[i] = log(exp x[0] + … + exp x[i]) along `dim`, computed around the larger term. Elements of −∞
/// get the gradient 0.
Tensor logcumsumexp(const Tensor& x, int64_t dim);
/// Elements in order along `dim`, stable; NaN counts as the largest.
ValuesAndIndices sort(const Tensor& x, int64_t dim = -1, bool descending = false);
/// The k largest (or smallest) elements along `dim`, in order.
ValuesAndIndices topk(const Tensor& x, int64_t k, int64_t dim = -1, bool largest = true);
/// The element in the middle along `dim`, the lower one of two, and where it is: of equal elements
/// in the middle, the one that a stable sort puts there. NaN and its first index if there is one.
ValuesAndIndices median(const Tensor& x, int64_t dim, bool keepdim = false);
/// Of all elements; equal ones share the gradient evenly. Of no floating elements it is NaN.
Tensor median(const Tensor& x);

}  // namespace heed
