#include "heed/framework/kernels/elementwise.h"

#include <cmath>

#include "heed/framework/kernels/map.h"

namespace heed::kernels {
namespace {

template <class F>
Tensor unary(const char* op, const Tensor& x, const F& f) {
  return visit_floating(op, x.dtype(), [&]<class T>() {
    return map<T, T>([&](T v) { return static_cast<T>(f(v)); }, x);
  });
}

template <class F>
Tensor binary(const char* op, const Tensor& a, const Tensor& b, const F& f) {
  return visit_number(op, a.dtype(), [&]<class T>() {
    return map<T, T, T>([&](T x, T y) { return static_cast<T>(f(x, y)); }, a, b);
  });
}

template <class F>
Tensor floating_binary(const char* op, const Tensor& a, const Tensor& b, const F& f) {
  return visit_floating(op, a.dtype(), [&]<class T>() {
    return map<T, T, T>([&](T x, T y) { return f(x, y); }, a, b);
  });
}

/// Signed overflow of i64 wraps around, as in PyTorch, instead of being undefined.
template <class T, class F>
T wrapping(T a, T b, const F& f) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(f(static_cast<uint64_t>(a), static_cast<uint64_t>(b)));
  } else {
    return f(a, b);
  }
}

constexpr auto plus = [](auto a, auto b) {
  return wrapping(a, b, [](auto x, auto y) { return x + y; });
};
constexpr auto minus = [](auto a, auto b) {
  return wrapping(a, b, [](auto x, auto y) { return x - y; });
};
constexpr auto times = [](auto a, auto b) {
  return wrapping(a, b, [](auto x, auto y) { return x * y; });
};

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
Tensor with_comparison(Comparison comparison, const Use& use) {
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

Tensor add(const Tensor& a, const Tensor& b) {
  return binary("add", a, b, plus);
}
Tensor sub(const Tensor& a, const Tensor& b) {
  return binary("sub", a, b, minus);
}
Tensor mul(const Tensor& a, const Tensor& b) {
  return binary("mul", a, b, times);
}
Tensor div(const Tensor& a, const Tensor& b) {
  return floating_binary("div", a, b, [](auto x, auto y) { return x / y; });
}
Tensor pow(const Tensor& a, const Tensor& b) {
  return floating_binary("pow", a, b, [](auto x, auto y) { return std::pow(x, y); });
}

Tensor add(const Tensor& a, double b) {
  return visit_number("add", a.dtype(), [&]<class T>() {
    return map<T, T>([b = static_cast<T>(b)](T x) { return plus(x, b); }, a);
  });
}
Tensor sub(const Tensor& a, double b) {
  return visit_number("sub", a.dtype(), [&]<class T>() {
    return map<T, T>([b = static_cast<T>(b)](T x) { return minus(x, b); }, a);
  });
}
Tensor mul(const Tensor& a, double b) {
  return visit_number("mul", a.dtype(), [&]<class T>() {
    return map<T, T>([b = static_cast<T>(b)](T x) { return times(x, b); }, a);
  });
}
Tensor div(const Tensor& a, double b) {
  return visit_floating("div", a.dtype(), [&]<class T>() {
    return map<T, T>([b = static_cast<T>(b)](T x) { return x / b; }, a);
  });
}
Tensor pow(const Tensor& a, double b) {
  // In double, so that an exponent such as 1/3 is not rounded to f32 first.
  if (b == 2) return unary("pow", a, [](auto x) { return x * x; });
  return unary("pow", a, [b](auto x) { return std::pow(static_cast<double>(x), b); });
}
Tensor pow(double a, const Tensor& b) {
  return unary("pow", b, [a](auto y) { return std::pow(a, static_cast<double>(y)); });
}

void add_(const Tensor& a, const Tensor& b, double scale) {
  visit_number("add_", a.dtype(), [&]<class T>() {
    const T factor = static_cast<T>(scale);
    map_into<T, T, T>(
        a, [factor](T x, T y) { return plus(x, times(factor, y)); }, a, b);
  });
}

void mul_(const Tensor& a, double b) {
  visit_number("mul_", a.dtype(), [&]<class T>() {
    map_into<T, T>(
        a, [b = static_cast<T>(b)](T x) { return times(x, b); }, a);
  });
}

Tensor compare(Comparison comparison, const Tensor& a, const Tensor& b) {
  return with_comparison(comparison, [&](auto holds) {
    return visit(a.dtype(), [&]<class T>() { return map<bool, T, T>(holds, a, b); });
  });
}
Tensor compare(Comparison comparison, const Tensor& a, double b) {
  return with_comparison(comparison, [&](auto holds) {
    return visit(a.dtype(), [&]<class T>() {
      return map<bool, T>(
          [&](T x) {
            // As if b had the tensor's dtype, as in PyTorch; integers are compared exactly.
            if constexpr (std::is_floating_point_v<T>) return holds(x, static_cast<T>(b));
            if (std::isnan(b)) return holds(0.0, b);
            return holds(order_of(static_cast<int64_t>(x), b), 0);
          },
          a);
    });
  });
}

Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b) {
  return visit(a.dtype(), [&]<class T>() {
    return map<T, bool, T, T>([](bool c, T x, T y) { return c ? x : y; }, condition, a, b);
  });
}

}  // namespace heed::kernels
