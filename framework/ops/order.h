// Running sums and sorting along a dimension.
#pragma once

#include "heed/framework/ops/reduce.h"

namespace heed {

/// y[i] = x[0] + … + x[i] along `dim`.
Tensor cumsum(const Tensor& x, int64_t dim);
/// Elements in order along `dim`, stable; NaN counts as the largest.
ValuesAndIndices sort(const Tensor& x, int64_t dim = -1, bool descending = false);
/// The k largest (or smallest) elements along `dim`, in order.
ValuesAndIndices topk(const Tensor& x, int64_t k, int64_t dim = -1, bool largest = true);

}  // namespace heed
