// A matrix product as the kernels get it: pointers and strides, no tensors.
#pragma once

#include <cstdint>

#include "heed/framework/kernels/simd/strided.h"

namespace heed::kernels {

/// c = a·b + bias, or c += a·b: a is [m, k], b [k, n], c [m, n] with dense rows. a and b have a
/// stride of 1 along one dimension.
template <class T>
struct Product {
  int64_t m, n, k;
  Strided<const T> a, b;
  Strided<T> c;
  const T* bias = nullptr;  ///< [n], added to every row; null, also if the product is added to c
  bool add_to_c = false;
};

/// Smaller pieces of work are not worth handing to another thread.
constexpr int64_t flops_per_chunk = 1 << 20;

}  // namespace heed::kernels
