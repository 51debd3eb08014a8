// Tensors of one shape as lines along a dimension, for kernels that walk each from end to end.
#pragma once

#include <array>

#include "heed/framework/kernels/rows.h"

namespace heed::kernels {

/// Calls each(offsets, steps, size), in parallel, for every line along `dim`: operand k has element
/// i of the line at offsets[k] + i · steps[k]. A 0-d tensor is one line of one element.
template <size_t count, class Each>
void for_each_line(const std::array<const Tensor*, count>& tensors, int64_t dim, const Each& each) {
  using Offsets = std::array<int64_t, count>;
  Shape outer = tensors[0]->shape();
  if (outer.empty()) return each(Offsets{}, Offsets{}, int64_t{1});
  const int64_t size = outer[dim];
  outer.erase(dim);
  std::array<Strides, count> strides;
  std::array<const Strides*, count> across;
  Offsets steps;
  for (size_t k = 0; k < count; ++k) {
    strides[k] = tensors[k]->strides();
    steps[k] = strides[k][dim];
    strides[k].erase(dim);
    across[k] = &strides[k];
  }
  for_each_rows<count>(outer, size, across,
                       [&](int64_t, int64_t lines, const Offsets& offsets, const Offsets& apart) {
                         Offsets first = offsets;
                         for (int64_t i = 0; i < lines; ++i) {
                           each(first, steps, size);
                           for (size_t k = 0; k < count; ++k) first[k] += apart[k];
                         }
                       });
}

}  // namespace heed::kernels
