// Naive references for framework/ops/order.h.
#pragma once

#include "heed/tests/support/case/nd_array.h"

namespace heed::reference {

NdArray cumsum(const NdArray& x, int64_t dim);
NdArray cumprod(const NdArray& x, int64_t dim);
/// Straight from the formula: of elements that exp can take.
NdArray logcumsumexp(const NdArray& x, int64_t dim);
/// NaN is the largest; equal elements keep their order.
NdArray argsort(const NdArray& x, int64_t dim, bool descending);
/// The first `count` of each line.
NdArray head(const NdArray& x, int64_t dim, int64_t count);

}  // namespace heed::reference
