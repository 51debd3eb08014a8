// Places: elements named by their position in row-major order, read off indices and written to.
#pragma once

#include "heed/framework/tensor/tensor.h"

namespace heed::kernels {

/// Where in `shape` gather would read: i64, in index's shape. Every index has been checked.
Tensor gathered_places(const Shape& shape, int64_t dim, const Tensor& index);
/// Where `x` is not 0 (as NaN is not), in order: [n], i64.
Tensor nonzero(const Tensor& x);
/// `places` [n] as coordinates in `shape`: [n, rank], i64.
Tensor coordinates(const Tensor& places, const Shape& shape);

/// What becomes of an element that is written to.
enum class Writing { last, largest, smallest };
/// A row-major copy of `x` with `values` written at `places`, which has their shape, in row-major
/// order. NaN is the largest and the smallest. Extremes of bool throw a DTypeError naming `op`.
Tensor write_at(const char* op, const Tensor& x, const Tensor& places, const Tensor& values,
                Writing writing);

}  // namespace heed::kernels
