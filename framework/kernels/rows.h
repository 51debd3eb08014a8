// Tensors as rows along one dimension, for kernels that take runs of whole rows.
#pragma once

#include <algorithm>
#include <array>

#include "heed/framework/kernels/copy.h"
#include "heed/framework/kernels/simd/strided.h"
#include "heed/framework/kernels/streaming.h"
#include "heed/framework/kernels/strided_loop.h"
#include "heed/framework/tensor/tensor.h"

namespace heed::kernels {

/// A tensor whose rows along a dimension have stride 0 (all elements of a row are one) or 1, and
/// what is left of it without that dimension. A 0-d tensor is one row of one element.
struct RowsAlong {
  Tensor x;
  Shape outer;
  Strides strides;
  int64_t length = 1;
  int64_t stride = 1;

  RowsAlong(const Tensor& input, int64_t dim) : x(input), outer(x.shape()), strides(x.strides()) {
    if (outer.empty()) return;
    length = outer[dim];
    stride = length == 1 ? 1 : strides[dim];
    outer.erase(dim);
    strides.erase(dim);
    if (stride == 0 || stride == 1) return;
    Shape shape = outer;
    Strides apart = strides;
    shape.push_back(length);
    apart.push_back(stride);
    x = contiguous_copy(x.alias(shape, apart, x.offset()));
    strides = x.strides();
    strides.erase(shape.size() - 1);
    stride = 1;
  }

  /// The rows that begin at `offset` and are `row_stride` apart.
  template <class T>
  Strided<const T> rows(int64_t offset, int64_t row_stride) const {
    return {x.data<T>() + offset, row_stride, stride};
  }
};

/// A new tensor of shape `like` but with `dim` last, for a kernel to fill row by row.
inline Tensor empty_rows(const Shape& like, int64_t dim, DType dtype) {
  if (like.empty()) return Tensor::empty(like, dtype);
  Shape shape = like;
  shape.erase(dim);
  shape.push_back(like[dim]);
  return Tensor::empty(shape, dtype);
}

/// Whether to write rows of `length` elements of a new tensor past the caches:
/// they are whole cache lines, and that pays off.
inline bool streams_rows(const Tensor& out, int64_t length) {
  constexpr int64_t line = 64;
  const int64_t bytes = itemsize(out.dtype());
  return length * bytes % line == 0 && worth_streaming(out.numel() * bytes);
}

/// Such a tensor with the last dimension put back to `dim`, dense.
inline Tensor dim_put_back(const Tensor& rows, int64_t dim) {
  const int64_t last = rows.dim() - 1;
  if (dim >= last) return rows;
  IntList shape = rows.shape(), strides = rows.strides();
  const int64_t size = shape[last], step = strides[last];
  shape.erase(last);
  strides.erase(last);
  shape.insert(dim, size);
  strides.insert(dim, step);
  return contiguous_copy(rows.alias(shape, Strides(strides), rows.offset()));
}

/// Calls run(first row, rows, offsets, strides) in parallel, in chunks of about
/// `chunk` elements, until all rows of `length` elements are done: operand k
/// has row i of the run at offsets[k] + i · strides[k].
template <size_t count, class Run>
void for_each_rows(const Shape& outer, int64_t length,
                   const std::array<const Strides*, count>& strides, const Run& run,
                   int64_t chunk = elements_per_chunk / 4) {
  if (length == 0) return;
  const StridedLoop<count> loop(outer, strides);
  const int64_t grain = std::max<int64_t>(1, chunk / length);
  parallel_for(loop.numel, grain, [&](int64_t begin, int64_t end) {
    int64_t first = begin;
    loop.for_each_run(begin, end, [&](const auto& offsets, int64_t rows, const auto& steps) {
      run(first, rows, offsets, steps);
      first += rows;
    });
  });
}

}  // namespace heed::kernels
