// Reading and adding at indices. Index tensors are i64; every index is checked before it is used.
#pragma once

#include "heed/framework/tensor/tensor.h"

namespace heed::kernels {

/// Throws IndexError naming `op` unless every element of `index` is in [0, size).
void check_indices(const char* op, const Tensor& index, int64_t size);
/// `index` with those in [−size, 0) counted from the end. Throws IndexError naming `op` unless
/// every element is in [−size, size).
Tensor indices_from_front(const char* op, const Tensor& index, int64_t size);

/// Slices of `x` along `dim` in the order of `index` [n] → x's shape with n at `dim`.
Tensor index_select(const Tensor& x, int64_t dim, const Tensor& index);
/// x + slices of `source` added along `dim` at `index` [n], in order; a new tensor.
Tensor index_add(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& source);

/// The same onto zeros: a new tensor of `shape`.
Tensor index_sum(const Shape& shape, int64_t dim, const Tensor& index, const Tensor& source);

/// out[i][j]… = x[i][index[i][j]]…: the index replaces the coordinate of `dim`.
Tensor gather(const Tensor& x, int64_t dim, const Tensor& index);
/// x + elements of `source` added where gather would read; a new tensor.
Tensor scatter_add(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& source);

/// [shape…] → [shape…, classes], i64: 1 where the index is.
Tensor one_hot(const Tensor& index, int64_t classes);

}  // namespace heed::kernels
