// Checks that several ops share, each with its message.
#pragma once

#include <string_view>

#include "heed/framework/tensor/tensor.h"

namespace heed {

/// Throws DTypeError naming `op` unless `a` and `b` have one dtype: nothing is promoted silently.
void check_same_dtype(const char* op, const Tensor& a, const Tensor& b);
/// Throws DTypeError naming `op` and the argument `what` unless `x` has this dtype.
void check_dtype(const char* op, const char* what, const Tensor& x, DType dtype);
/// As normalize_dim, but also throws IndexError for a 0-d shape: it has no dimension to `do_what`.
int64_t existing_dim(const char* op, const char* do_what, int64_t dim, const Shape& shape);
/// The size of `x` along the normalized `dim`; 1 if it is 0-d.
int64_t size_along(const Tensor& x, int64_t dim);
/// What index_select and index_add ask of `index` [n] for `x` along the normalized `dim`.
void check_index_list(const char* op, const Tensor& x, int64_t dim, const Tensor& index);
/// What gather and scatter ask of `index`.
void check_gather(const char* op, const Tensor& x, int64_t dim, const Tensor& index);
/// `p`. Throws ValueError naming `owner` and the argument `what` unless it is in [0, 1].
double check_probability(std::string_view owner, const char* what, double p);
/// Throws ValueError naming `op` for more pieces of a tensor than memory could list.
void check_piece_count(const char* op, int64_t count);
/// Refuses an index of so many expanded elements that to look at each would take for ever: throws
/// ShapeError naming `op`, or bad_alloc, where no memory could hold them.
void check_index_size(const char* op, const Tensor& index);

}  // namespace heed
