// Reading and adding at indices. Index tensors are i64 and every index is checked.
#pragma once

#include <optional>

#include "heed/framework/tensor/tensor.h"

namespace heed {

/// Rows of `weight` [V, D] for token ids `indices` [shape…] → [shape…, D]. The row
/// `padding_idx`, which counts from the end if negative, gets no gradient.
Tensor embedding(const Tensor& indices, const Tensor& weight,
                 std::optional<int64_t> padding_idx = {});

/// Slices of `x` along `dim` in the order of `index` [n], repeats allowed.
Tensor index_select(const Tensor& x, int64_t dim, const Tensor& index);
/// `x` plus slices of `source` added along `dim` at `index` [n].
Tensor index_add(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& source);

/// out[i][j]… = x[i][index[i][j]…]… with the index in place of coordinate `dim`; `index` has x's
/// rank and is nowhere larger except along `dim`.
Tensor gather(const Tensor& x, int64_t dim, const Tensor& index);
/// As `gather`, where the other dimensions of `x` and `index` broadcast and negative indices count
/// from the end.
Tensor take_along_dim(const Tensor& x, const Tensor& index, int64_t dim);
/// Without a dim: elements of the flat `x`, in index's shape flattened.
Tensor take_along_dim(const Tensor& x, const Tensor& index);
/// `x` plus elements of `source` added where gather would read; `source` has index's shape.
Tensor scatter_add(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& source);

/// The elements of `x` where the bool tensor `mask` is true, in row-major order, 1-d; both
/// broadcast.
Tensor masked_select(const Tensor& x, const Tensor& mask);
/// The places where x is not 0, in row-major order: [n, x.dim()], i64. NaN is not 0.
Tensor nonzero(const Tensor& x);

/// [shape…] → [shape…, num_classes], i64: 1 at the index. −1 classes: the largest index + 1.
Tensor one_hot(const Tensor& indices, int64_t num_classes = -1);

}  // namespace heed
