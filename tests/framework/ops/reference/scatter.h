// Naive references for framework/ops/scatter.h and pad.h.
#pragma once

#include <string>

#include "heed/tests/support/case/nd_array.h"

namespace heed::reference {

/// y[…index[i][j]…] = source[i][j], later ones over earlier ones; `source` may be larger than
/// index.
NdArray scatter(const NdArray& x, int64_t dim, const NdArray& index, const NdArray& source);
/// Elements at one place joined: "sum", "prod", "mean", "amax" or "amin".
NdArray scatter_reduce(const NdArray& x, int64_t dim, const NdArray& index, const NdArray& source,
                       const std::string& reduce, bool include_self);
/// Slices of `source` at `index`, which may count from the end.
NdArray index_copy(const NdArray& x, int64_t dim, const NdArray& index, const NdArray& source);
/// `indices` are i64, one for each of the first dims, and may count from the end.
NdArray index_put(const NdArray& x, const std::vector<NdArray>& indices, const NdArray& values,
                  bool accumulate);
/// The coordinates of elements that are not 0.
NdArray nonzero(const NdArray& x);
NdArray masked_select(const NdArray& x, const NdArray& mask);

/// `sizes` as PyTorch lists them; modes "constant", "reflect", "replicate" and "circular".
NdArray pad(const NdArray& x, const std::vector<int64_t>& sizes, const std::string& mode,
            double value);

}  // namespace heed::reference
