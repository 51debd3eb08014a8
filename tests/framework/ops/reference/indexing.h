// Naive references for framework/ops/indexing.h. Names and edge cases are PyTorch's; indices are
// not counted from the end.
#pragma once

#include "heed/tests/support/case/nd_array.h"

namespace heed::reference {

/// Rows of `weight` [rows, width] → [..., width].
NdArray embedding(const NdArray& indices, const NdArray& weight);
/// y has the shape of `index`, which may be smaller than x in every dim but `dim`.
NdArray gather(const NdArray& x, int64_t dim, const NdArray& index);
/// `index` is 1-d (or 0-d, read as one entry).
NdArray index_select(const NdArray& x, int64_t dim, const NdArray& index);
/// [...] → [..., num_classes]; -1 takes the largest index plus one.
NdArray one_hot(const NdArray& indices, int64_t num_classes = -1);
/// y[…index[i]…] += source[…i…] along `dim`.
NdArray index_add(const NdArray& x, int64_t dim, const NdArray& index, const NdArray& source);
/// y[…index[i][j]…] += source[i][j] with the index in place of coordinate `dim`.
NdArray scatter_add(const NdArray& x, int64_t dim, const NdArray& index, const NdArray& source);

}  // namespace heed::reference
