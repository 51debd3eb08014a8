// The numbers that are none.
#pragma once

#include <limits>

namespace heed::testing {

inline constexpr double nan = std::numeric_limits<double>::quiet_NaN();
inline constexpr double infinity = std::numeric_limits<double>::infinity();

}  // namespace heed::testing
