// Naive references for framework/ops/view.h. They always copy: what aliases what is tested
// elsewhere. Names, defaults and edge cases are PyTorch's.
#pragma once

#include <optional>

#include "heed/tests/support/case/nd_array.h"

namespace heed::reference {

/// One size may be -1.
NdArray reshape(const NdArray& x, const std::vector<int64_t>& shape);
NdArray view(const NdArray& x, const std::vector<int64_t>& shape);
NdArray permute(const NdArray& x, const std::vector<int64_t>& dims);
NdArray transpose(const NdArray& x, int64_t dim0, int64_t dim1);
/// -1 keeps a size; new dims come first.
NdArray expand(const NdArray& x, const std::vector<int64_t>& size);
NdArray unsqueeze(const NdArray& x, int64_t dim);
/// A named dim of another size than 1 is left alone; without dims, all of size 1 go.
NdArray squeeze(const NdArray& x, const std::optional<std::vector<int64_t>>& dims = std::nullopt);
NdArray select(const NdArray& x, int64_t dim, int64_t index);
/// Bounds count from the end if negative and are clamped; `step` >= 1.
NdArray slice(const NdArray& x, int64_t dim, std::optional<int64_t> start = std::nullopt,
              std::optional<int64_t> end = std::nullopt, int64_t step = 1);
NdArray narrow(const NdArray& x, int64_t dim, int64_t start, int64_t length);
/// The last piece may be smaller.
std::vector<NdArray> split(const NdArray& x, int64_t split_size, int64_t dim = 0);
std::vector<NdArray> split_with_sizes(const NdArray& x, const std::vector<int64_t>& sizes,
                                      int64_t dim = 0);
/// A 1-d array of no elements is skipped whatever the other shapes are.
NdArray cat(const std::vector<NdArray>& arrays, int64_t dim = 0);
NdArray stack(const std::vector<NdArray>& arrays, int64_t dim = 0);
NdArray flip(const NdArray& x, const std::vector<int64_t>& dims);

/// Zeros of `shape` with g at start, start + step, … below `end` along `dim`; bounds in range.
NdArray slice_backward(const NdArray& g, const std::vector<int64_t>& shape, int64_t dim,
                       int64_t start, int64_t end, int64_t step);

}  // namespace heed::reference
