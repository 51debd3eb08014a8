// A matrix in place: how kernels see memory that belongs to a tensor.
#pragma once

#include <cstdint>
#include <type_traits>

namespace heed::kernels {

/// Element (i, j) is at data[i · row_stride + j · col_stride]. A stride of 0 repeats an element;
/// `data` is null where an operand is missing.
template <class T>
struct Strided {
  T* data = nullptr;
  int64_t row_stride = 0;
  int64_t col_stride = 1;

  T* at(int64_t i, int64_t j = 0) const { return data + i * row_stride + j * col_stride; }
  /// The matrix from element (i, j) on.
  Strided from(int64_t i, int64_t j = 0) const { return {at(i, j), row_stride, col_stride}; }

  operator Strided<const T>() const  // NOLINT: as T* becomes const T*
      requires(!std::is_const_v<T>) {
    return {data, row_stride, col_stride};
  }
};

}  // namespace heed::kernels
