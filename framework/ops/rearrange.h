// Rearrangements made of views and joins. PyTorch's names and semantics.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "heed/framework/tensor/tensor.h"

namespace heed {

/// Dimensions start … end as one.
Tensor flatten(const Tensor& x, int64_t start_dim = 0, int64_t end_dim = -1);
/// Dimension `dim` as several of the given sizes, one of which may be −1.
Tensor unflatten(const Tensor& x, int64_t dim, const Shape& sizes);
/// Dimensions `from[i]` moved to the places `to[i]`; the others keep their order.
Tensor movedim(const Tensor& x, const IntList& from, const IntList& to);
/// At most `chunks` pieces along `dim`, all of one size but the last; of no elements, `chunks`.
std::vector<Tensor> chunk(const Tensor& x, int64_t chunks, int64_t dim = 0);
/// Elements moved on by `shifts` along `dims`, around the end; without dims, in row-major order.
Tensor roll(const Tensor& x, const IntList& shifts, const IntList& dims = {});
/// The whole repeated `repeats[i]` times along dimension i; more numbers than dimensions add
/// leading ones.
Tensor repeat(const Tensor& x, const IntList& repeats);
/// As `repeat`; fewer numbers than dimensions apply to the last ones.
Tensor tile(const Tensor& x, const IntList& repeats);
/// Each slice along `dim` `repeats` times in a row; without a dim, each element of the flat tensor.
Tensor repeat_interleave(const Tensor& x, int64_t repeats, std::optional<int64_t> dim = {});
/// The elements on and below the `diagonal`-th diagonal of the last two dimensions; zeros above.
Tensor tril(const Tensor& x, int64_t diagonal = 0);
/// The elements on and above the `diagonal`-th diagonal; zeros below.
Tensor triu(const Tensor& x, int64_t diagonal = 0);
/// The diagonal `offset` above the main one of two dimensions, as a new last dimension. A view.
Tensor diagonal(const Tensor& x, int64_t offset = 0, int64_t dim1 = 0, int64_t dim2 = 1);
/// Zeros of `shape` with `g` on that diagonal: the gradient of `diagonal`.
Tensor diagonal_backward(const Tensor& g, const Shape& shape, int64_t offset, int64_t dim1,
                         int64_t dim2);

}  // namespace heed
