// Padding and cropping.
#pragma once

#include <initializer_list>
#include <span>

#include "heed/framework/tensor/tensor.h"

namespace heed {

/// What stands beside the elements: a number, or elements mirrored at the last one (which is not
/// repeated), the last one, or those from the other end.
enum class PadMode {
  constant,   ///< a number
  reflect,    ///< mirrored at the last element, which is not repeated
  replicate,  ///< the last element
  circular,   ///< those from the other end
};

/// `x` with `sizes` more elements: before and behind the last dimension, then before and behind the
/// last but one, and so on; negative sizes crop. PyTorch's semantics, for any number of dimensions
/// in every mode. `value` is for `constant`. Throws ValueError for an odd number of sizes,
/// ShapeError where more is cropped, mirrored or wrapped around than there is.
Tensor pad(const Tensor& x, std::span<const int64_t> sizes, PadMode mode = PadMode::constant,
           double value = 0);
inline Tensor pad(const Tensor& x, std::initializer_list<int64_t> sizes,
                  PadMode mode = PadMode::constant, double value = 0) {
  return pad(x, std::span(sizes.begin(), sizes.size()), mode, value);
}

}  // namespace heed
