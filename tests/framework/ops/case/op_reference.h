// Naive references for the ops that reference_*.h does not have. They share no code with the
// engine.
#pragma once

#include <string>

#include "heed/tests/support/nd_array.h"

namespace heed::reference {

NdArray erf(const NdArray& x);
/// `x` as "f32", "f64", "i64" (rounded towards zero) or "bool".
NdArray cast(const NdArray& x, const std::string& dtype);
/// y[…index[i]…] += source[…i…] along `dim`.
NdArray index_add(const NdArray& x, int64_t dim, const NdArray& index, const NdArray& source);
/// y[…index[i][j]…] += source[i][j] with the index in place of coordinate `dim`.
NdArray scatter_add(const NdArray& x, int64_t dim, const NdArray& index, const NdArray& source);
/// Zeros of `shape` with g at start, start + step, … below `end` along `dim`; bounds in range.
NdArray slice_backward(const NdArray& g, const std::vector<int64_t>& shape, int64_t dim,
                       int64_t start, int64_t end, int64_t step);
/// Element i is 0 if word i of Philox4x32-10 with key `seed`, as a fraction of 24 bits, is below p;
/// else x / (1 − p).
NdArray dropout(const NdArray& x, double p, uint64_t seed);

}  // namespace heed::reference
