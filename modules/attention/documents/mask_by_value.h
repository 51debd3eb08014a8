// Masks of documents that mark what is blocked by a number.
#pragma once

#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/mask.h"

namespace heed {

/// Blocks the entries equal to `blocked`; a bool's true is 1. An undefined `mask` blocks nothing.
/// No gradient goes to it. Throws ShapeError if its rank is not the layout's.
inline Mask mask_by_value(const Tensor& mask, double blocked, MaskLayout layout) {
  return mask.defined() ? Mask::block(eq(mask, blocked), layout) : Mask();
}

}  // namespace heed
