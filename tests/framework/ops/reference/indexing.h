// Naive references for reading by index and by mask. Names and edge cases are PyTorch's; indices
// are not counted from the end, a mask is true where it is not 0.
#pragma once

#include "heed/tests/support/nd_array.h"

namespace heed::reference {

/// Rows of `weight` [rows, width] → [..., width].
NdArray embedding(const NdArray& indices, const NdArray& weight);
/// y has the shape of `index`, which may be smaller than x in every dim but `dim`.
NdArray gather(const NdArray& x, int64_t dim, const NdArray& index);
/// `index` is 1-d (or 0-d, read as one entry).
NdArray index_select(const NdArray& x, int64_t dim, const NdArray& index);
/// [...] → [..., num_classes]; -1 takes the largest index plus one.
NdArray one_hot(const NdArray& indices, int64_t num_classes = -1);
/// `x` and `mask` broadcast against each other.
NdArray masked_fill(const NdArray& x, const NdArray& mask, double value);
/// All three broadcast.
NdArray where(const NdArray& condition, const NdArray& a, const NdArray& b);

}  // namespace heed::reference
