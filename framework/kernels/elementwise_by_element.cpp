// The elementwise kernels that call a function for each element; those of vectors are in
// elementwise.cpp.
#include <array>
#include <cmath>
#include <cstdint>
#include <type_traits>

#include "heed/framework/base/bits.h"
#include "heed/framework/kernels/elementwise.h"
#include "heed/framework/kernels/map.h"

namespace heed::kernels {
namespace {

/// −1, 0 or 1 as x < b, x = b or x > b: exact, which neither number in the other's type would be.
int order_of(int64_t x, double b) {
  if (b >= 0x1p63) return -1;
  if (b < -0x1p63) return 1;
  const auto whole = static_cast<int64_t>(b);
  if (x != whole) return x < whole ? -1 : 1;
  const double rest = b - static_cast<double>(whole);
  return rest > 0 ? -1 : rest < 0 ? 1 : 0;
}

/// Calls `use` with the comparison as a callable.
template <class Use>
auto with_comparison(Comparison comparison, const Use& use) {
  switch (comparison) {
    case Comparison::eq:
      return use([](auto a, auto b) { return a == b; });
    case Comparison::ne:
      return use([](auto a, auto b) { return a != b; });
    case Comparison::lt:
      return use([](auto a, auto b) { return a < b; });
    case Comparison::le:
      return use([](auto a, auto b) { return a <= b; });
    case Comparison::gt:
      return use([](auto a, auto b) { return a > b; });
    case Comparison::ge:
      break;
  }
  return use([](auto a, auto b) { return a >= b; });
}

}  // namespace

Tensor pow(const Tensor& a, const Tensor& b) {
  return visit_floating("pow", a.dtype(), [&]<class T>() {
    return map<T, T, T>([](T x, T y) { return std::pow(x, y); }, a, b);
  });
}

Tensor pow(const Tensor& a, double b) {
  // In double, so that an exponent such as 1/3 is not rounded to f32 first.
  if (b == 2) return map_floating("pow", a, [](auto x) { return x * x; });
  return map_floating("pow", a, [b](auto x) { return std::pow(static_cast<double>(x), b); });
}
Tensor pow(double a, const Tensor& b) {
  return map_floating("pow", b, [a](auto y) { return std::pow(a, static_cast<double>(y)); });
}

Tensor compare(Comparison comparison, const Tensor& a, const Tensor& b) {
  return with_comparison(comparison, [&](auto holds) {
    return visit(a.dtype(), [&]<class T>() { return map<bool, T, T>(holds, a, b); });
  });
}
Tensor compare(Comparison comparison, const Tensor& a, double b) {
  return visit(a.dtype(), [&]<class T>() {
    if constexpr (std::is_floating_point_v<T>) {
      // As if b had the tensor's dtype, as in PyTorch; integers are compared exactly.
      return with_comparison(comparison, [&, number = static_cast<T>(b)](auto holds) {
        return map<bool, T>([=](T x) { return holds(x, number); }, a);
      });
    } else {
      const auto of_order = with_comparison(comparison, [&](auto holds) {
        if (std::isnan(b)) return std::array{holds(0.0, b), holds(0.0, b), holds(0.0, b)};
        return std::array{holds(-1, 0), holds(0, 0), holds(1, 0)};
      });
      const double number = std::isnan(b) ? 0 : b;  // whose order beside x then does not matter
      return map<bool, T>(
          [=](T x) {
            return of_order[static_cast<size_t>(1 + order_of(static_cast<int64_t>(x), number))];
          },
          a);
    }
  });
}

Tensor bitwise(Bitwise operation, const Tensor& a, const Tensor& b) {
  const auto of_bits = [&](auto f) {
    const auto kept = [f](auto x, auto y) { return static_cast<decltype(x)>(f(x, y)); };
    return a.dtype() == DType::boolean ? map<bool, bool, bool>(kept, a, b)
                                       : map<int64_t, int64_t, int64_t>(kept, a, b);
  };
  switch (operation) {
    case Bitwise::both:
      return of_bits([](auto x, auto y) { return x & y; });
    case Bitwise::either:
      return of_bits([](auto x, auto y) { return x | y; });
    case Bitwise::one:
      break;
  }
  return of_bits([](auto x, auto y) { return x ^ y; });
}

Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b) {
  return visit(a.dtype(), [&]<class T>() {
    using Bits = std::conditional_t<sizeof(T) == 8, uint64_t,
                                    std::conditional_t<sizeof(T) == 4, uint32_t, uint8_t>>;
    return map<T, bool, T, T>(
        [](bool c, T x, T y) {  // without a branch, which would be mispredicted
          const Bits all = static_cast<Bits>(Bits{0} - static_cast<Bits>(c));
          return bits_as<T>(
              static_cast<Bits>((bits_as<Bits>(x) & all) | (bits_as<Bits>(y) & ~all)));
        },
        condition, a, b);
  });
}

}  // namespace heed::kernels
