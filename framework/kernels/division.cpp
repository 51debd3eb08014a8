#include "heed/framework/kernels/division.h"

#include <cmath>
#include <cstdint>
#include <type_traits>

#include "heed/framework/kernels/map.h"

namespace heed::kernels {
namespace {

/// What is left of a, with a's sign. Floating ones are exact.
template <class T>
T remains(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    return std::fmod(a, b);
  } else {
    return b == -1 ? 0 : a % b;  // the least integer % −1 is undefined
  }
}
/// Whether a quotient that was rounded to 0 is above the one that is rounded down.
template <class T>
bool is_above(T rest, T b) {
  return rest != 0 && (rest < 0) != (b < 0);
}
template <class T>
T remains_with_sign_of_divisor(T a, T b) {
  const T rest = remains(a, b);
  return is_above(rest, b) ? rest + b : rest;
}

int64_t rounded_to_zero(int64_t a, int64_t b) {
  if (b == -1) return static_cast<int64_t>(-static_cast<uint64_t>(a));
  return a / b;
}
template <class T>
T rounded_to_zero(T a, T b) {
  return std::trunc(a / b);
}

int64_t rounded_down(int64_t a, int64_t b) {
  return rounded_to_zero(a, b) - (is_above(remains(a, b), b) ? 1 : 0);
}
/// From the exact remainder: floor(a / b) may be off by one where a / b was rounded to an integer.
template <class T>
T rounded_down(T a, T b) {
  if (b == 0) return a / b;
  const T rest = remains(a, b);
  const T quotient = (a - rest) / b - (is_above(rest, b) ? T{1} : T{0});
  return quotient == 0 ? std::copysign(T{0}, a / b) : std::round(quotient);
}

}  // namespace

Tensor divide(Division division, const Tensor& a, const Tensor& b) {
  return visit(a.dtype(), [&]<class T>() -> Tensor {
    if constexpr (std::is_same_v<T, bool>) {
      return {};
    } else {
      switch (division) {
        case Division::floor:
          return map<T, T, T>([](T x, T y) { return rounded_down(x, y); }, a, b);
        case Division::trunc:
          return map<T, T, T>([](T x, T y) { return rounded_to_zero(x, y); }, a, b);
        case Division::remainder:
          return map<T, T, T>([](T x, T y) { return remains_with_sign_of_divisor(x, y); }, a, b);
        case Division::fmod:
          break;
      }
      return map<T, T, T>([](T x, T y) { return remains(x, y); }, a, b);
    }
  });
}

}  // namespace heed::kernels
