// The bits of a number as another type.
#pragma once

namespace heed {

/// std::bit_cast, which not every C++20 library has.
template <class To, class From>
constexpr To bits_as(const From& from) {
  static_assert(sizeof(To) == sizeof(From));
  return __builtin_bit_cast(To, from);
}

}  // namespace heed
