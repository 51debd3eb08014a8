// Tensors of given values in odd memory layouts.
#pragma once

#include <array>

#include "heed/framework/tensor/tensor.h"
#include "heed/tests/support/case/nd_array.h"

namespace heed::testing {

/// contiguous: row-major · permuted: column-major · sliced: every second element along each
/// dimension of a bigger tensor · expanded: stride 0 along the even dimensions.
enum class Layout { contiguous, permuted, sliced, expanded };
inline constexpr std::array all_layouts{Layout::contiguous, Layout::permuted, Layout::sliced,
                                        Layout::expanded};
const char* name_of(Layout layout);

/// `array` with the values that the layout can hold: expanded dimensions are made constant.
reference::NdArray representable(reference::NdArray array, Layout layout);

/// A tensor of the (representable) values, laid out so. What lies between its elements is NaN, or
/// the largest integer.
Tensor laid_out(const reference::NdArray& array, DType dtype, Layout layout);

}  // namespace heed::testing
