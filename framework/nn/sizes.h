// Sizes that constructors are given: checked where they are first used.
#pragma once

#include <cstdint>

#include "heed/framework/base/error.h"

namespace heed {

/// `size`, the argument `name` of the module class `owner`. Throws ValueError unless it is at
/// least 1. Written in the initializer list, it speaks before any member is made of a bad size:
/// `D_1(positive("MyMHA", "D_1", d_1))`.
inline int64_t positive(const char* owner, const char* name, int64_t size) {
  if (size < 1) throw ValueError(owner, ": ", name, " must be at least 1, got ", size);
  return size;
}

}  // namespace heed
