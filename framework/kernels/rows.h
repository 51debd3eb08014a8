// Tensors as rows along one dimension, for kernels that take runs of whole rows.
#pragma once

#include <algorithm>
#include <array>

#include "heed/framework/kernels/copy.h"
#include "heed/framework/kernels/strided_loop.h"
#include "heed/framework/tensor/tensor.h"

namespace heed::kernels {

/// Where the rows of one operand are: element i of row r is from[r · row + i · step], and step is
/// 0 (all elements of a row are one) or 1.
template <class T>
struct Rows {
  const T* from = nullptr;
  int64_t row = 0;
  int64_t step = 1;
};

/// A tensor whose rows along a dimension have step 0 or 1, and what is left of it without that
/// dimension. A 0-d tensor is one row of one element.
struct RowsAlong {
  Tensor x;
  Shape outer;
  Strides strides;
  int64_t length = 1;
  int64_t step = 1;

  RowsAlong(const Tensor& input, int64_t dim) : x(input), outer(x.shape()), strides(x.strides()) {
    if (outer.empty()) return;
    length = outer[dim];
    step = length == 1 ? 1 : strides[dim];
    outer.erase(dim);
    strides.erase(dim);
    if (step == 0 || step == 1) return;
    Shape shape = outer;
    Strides apart = strides;
    shape.push_back(length);
    apart.push_back(step);
    x = contiguous_copy(x.alias(shape, apart, x.offset()));
    strides = x.strides();
    strides.erase(shape.size() - 1);
    step = 1;
  }

  /// The rows that begin at `offset` and are `row` apart.
  template <class T>
  Rows<T> rows(int64_t offset, int64_t row) const {
    return {x.data<T>() + offset, row, step};
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

/// Whether rows of `length` elements of a new tensor are better written past the caches: there are
/// more than fit the caches next to a core, and each row is whole cache lines. Writing to memory
/// that is not cached would otherwise read it first.
inline bool streams(const Tensor& out, int64_t length) {
  constexpr int64_t line = 64, large = 8 << 20;
  const auto bytes = itemsize(out.dtype());
  return length * bytes % line == 0 && out.numel() * bytes >= large;
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

/// Calls run(first row, rows, offsets, steps) in parallel until all rows of `length` elements are
/// done: operand k has row i of the run at offsets[k] + i · steps[k].
template <size_t count, class Run>
void for_each_rows(const Shape& outer, int64_t length,
                   const std::array<const Strides*, count>& strides, const Run& run) {
  if (length == 0) return;
  const StridedLoop<count> loop(outer, strides);
  const int64_t grain = std::max<int64_t>(1, elements_per_chunk / 4 / length);
  parallel_for(loop.numel, grain, [&](int64_t begin, int64_t end) {
    int64_t first = begin;
    loop.for_each_run(begin, end, [&](const auto& offsets, int64_t rows, const auto& steps) {
      run(first, rows, offsets, steps);
      first += rows;
    });
  });
}

}  // namespace heed::kernels
