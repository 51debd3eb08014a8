// Naive references for framework/ops/rearrange.h. Names, defaults and edge cases are PyTorch's.
#pragma once

#include <optional>

#include "heed/tests/support/case/nd_array.h"

namespace heed::reference {

using Dims = std::vector<int64_t>;

NdArray flatten(const NdArray& x, int64_t start_dim = 0, int64_t end_dim = -1);
NdArray unflatten(const NdArray& x, int64_t dim, const Dims& sizes);
NdArray movedim(const NdArray& x, const Dims& from, const Dims& to);
std::vector<NdArray> chunk(const NdArray& x, int64_t chunks, int64_t dim = 0);
/// Without dims the elements move in row-major order.
NdArray roll(const NdArray& x, const Dims& shifts, const Dims& dims = {});
NdArray repeat(const NdArray& x, const Dims& repeats);
NdArray repeat_interleave(const NdArray& x, int64_t repeats, std::optional<int64_t> dim);
/// What `keeps(column - row)` says of the last two dims; else 0.
NdArray tril(const NdArray& x, int64_t diagonal);
NdArray triu(const NdArray& x, int64_t diagonal);
NdArray diagonal(const NdArray& x, int64_t offset, int64_t dim1, int64_t dim2);
NdArray diagonal_backward(const NdArray& g, const Dims& shape, int64_t offset, int64_t dim1,
                          int64_t dim2);

}  // namespace heed::reference
