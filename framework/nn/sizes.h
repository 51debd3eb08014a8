// Sizes that constructors are given: checked where they are first used.
#pragma once

#include <cstdint>

#include "heed/framework/base/error.h"

namespace heed {

/// 2³¹ − 1: the largest size that modules take.
inline constexpr int64_t largest_size = (int64_t{1} << 31) - 1;

/// `size`, the argument `name` of the module class `owner`. Throws ValueError unless it is at
/// least 1 and at most largest_size, so that products of two never overflow. Written in the
/// initializer list, it throws before any member is made with a bad size:
/// `D_1(positive("MyMHA", "D_1", d_1))`.
inline int64_t positive(const char* owner, const char* name, int64_t size) {
  if (size < 1) throw ValueError(owner, ": ", name, " must be at least 1, got ", size);
  if (size > largest_size) {
    throw ValueError(owner, ": ", name, " must be at most ", largest_size, ", got ", size);
  }
  return size;
}

/// size / parts, two arguments of `owner`. Throws ValueError naming both unless they are at least 1
/// and `parts` divides `size`.
inline int64_t quotient(const char* owner, const char* size_name, int64_t size,
                        const char* parts_name, int64_t parts) {
  positive(owner, size_name, size);
  positive(owner, parts_name, parts);
  if (size % parts == 0) return size / parts;
  throw ValueError(owner, ": ", parts_name, " = ", parts, " does not divide ", size_name, " = ",
                   size);
}

}  // namespace heed
