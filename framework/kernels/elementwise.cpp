#include "heed/framework/kernels/elementwise.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <type_traits>

#include "heed/framework/kernels/map.h"

#include "heed/framework/kernels/simd/dispatch-inl.h"

#include "heed/framework/kernels/simd/vector_map-inl.h"

HWY_BEFORE_NAMESPACE();
namespace heed::kernels::HWY_NAMESPACE {

/// Calls use(name, f) with the operation as errors name it and as f(vector, vector).
template <class Use>
auto with_arithmetic(Arithmetic operation, const Use& use) {
  switch (operation) {
    case Arithmetic::add:
      return use("add", [](auto a, auto b) HWY_ATTR { return hn::Add(a, b); });
    case Arithmetic::sub:
      return use("sub", [](auto a, auto b) HWY_ATTR { return hn::Sub(a, b); });
    case Arithmetic::mul:
      return use("mul", [](auto a, auto b) HWY_ATTR { return hn::Mul(a, b); });
    case Arithmetic::div:
      return use("div", [](auto a, auto b) HWY_ATTR { return hn::Div(a, b); });
    case Arithmetic::maximum:
      return use("maximum", [](auto a, auto b) HWY_ATTR {
        return hn::IfThenElse(hn::Or(hn::Gt(a, b), hn::IsNaN(a)), a, b);
      });
    case Arithmetic::minimum:
      break;
  }
  return use("minimum", [](auto a, auto b) HWY_ATTR {
    return hn::IfThenElse(hn::Or(hn::Lt(a, b), hn::IsNaN(a)), a, b);
  });
}

template <class T>
void arithmetic_run(Arithmetic operation, const MapRun<T, 2>& run) {
  with_arithmetic(operation, [&](const char*, const auto& f) HWY_ATTR {
    map_vectors(run, [f](auto, auto a, auto b) HWY_ATTR { return f(a, b); });
  });
}

template <class T>
void arithmetic_with_number_run(Arithmetic operation, T number, const MapRun<T, 1>& run) {
  with_arithmetic(operation, [&](const char*, const auto& f) HWY_ATTR {
    map_vectors(run, [f, number](auto d, auto a) HWY_ATTR { return f(a, hn::Set(d, number)); });
  });
}

template <class T>
void add_scaled_run(T scale, const MapRun<T, 2>& run) {
  map_vectors(run, [scale](auto d, auto a, auto b)
                       HWY_ATTR { return hn::MulAdd(hn::Set(d, scale), b, a); });
}

}  // namespace heed::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heed::kernels {
namespace {

/// Signed overflow of i64 wraps around, as in PyTorch, instead of being undefined.
int64_t of_integers(Arithmetic operation, int64_t a, int64_t b) {
  const auto x = static_cast<uint64_t>(a), y = static_cast<uint64_t>(b);
  switch (operation) {
    case Arithmetic::add:
      return static_cast<int64_t>(x + y);
    case Arithmetic::sub:
      return static_cast<int64_t>(x - y);
    case Arithmetic::mul:
      return static_cast<int64_t>(x * y);
    case Arithmetic::maximum:
      return std::max(a, b);
    case Arithmetic::minimum:
      return std::min(a, b);
    case Arithmetic::div:
      break;
  }
  throw std::logic_error("integer division is not supported");
}

const char* op_name(Arithmetic operation) {
  return HWY_STATIC_DISPATCH(with_arithmetic)(operation,
                                              [](const char* name, const auto&) { return name; });
}

void arithmetic_into(const char* op, const Tensor& out, Arithmetic operation, const Tensor& a,
                     double b) {
  visit_number(op, a.dtype(), [&]<class T>() {
    const T number = static_cast<T>(b);
    if constexpr (std::is_integral_v<T>) {
      map_into<T, T>(
          out, [=](T x) { return of_integers(operation, x, number); }, a);
    } else {
      const auto run = HEED_DISPATCH(arithmetic_with_number_run<T>);
      map_runs_into<T>(
          out, [&](const auto& part) { run(operation, number, part); }, a);
    }
  });
}

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

Tensor arithmetic(Arithmetic operation, const Tensor& a, const Tensor& b) {
  const char* const name = op_name(operation);
  if (operation == Arithmetic::div) check_floating(name, a.dtype());
  return visit_number(name, a.dtype(), [&]<class T>() {
    if constexpr (std::is_integral_v<T>) {
      return map<T, T, T>([=](T x, T y) { return of_integers(operation, x, y); }, a, b);
    } else {
      const auto run = HEED_DISPATCH(arithmetic_run<T>);
      return map_runs<T>([&](const auto& part) { run(operation, part); }, a, b);
    }
  });
}

Tensor arithmetic(Arithmetic operation, const Tensor& a, double b) {
  const char* const name = op_name(operation);
  operation == Arithmetic::div ? check_floating(name, a.dtype()) : check_number(name, a.dtype());
  Tensor out = Tensor::empty(a.shape(), a.dtype());
  arithmetic_into(name, out, operation, a, b);
  return out;
}

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

void add_(const Tensor& a, const Tensor& b, double scale) {
  visit_number("add_", a.dtype(), [&]<class T>() {
    const T factor = static_cast<T>(scale);
    if constexpr (std::is_integral_v<T>) {
      map_into<T, T, T>(
          a,
          [=](T x, T y) {
            return of_integers(Arithmetic::add, x, of_integers(Arithmetic::mul, factor, y));
          },
          a, b);
    } else {
      const auto run = HEED_DISPATCH(add_scaled_run<T>);
      map_runs_into<T>(
          a, [&](const auto& part) { run(factor, part); }, a, b);
    }
  });
}

void mul_(const Tensor& a, double b) {
  arithmetic_into("mul_", a, Arithmetic::mul, a, b);
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
          [=](T x) {
            // As if b had the tensor's dtype, as in PyTorch; integers are compared exactly.
            if constexpr (std::is_floating_point_v<T>) return holds(x, static_cast<T>(b));
            if (std::isnan(b)) return holds(0.0, b);
            return holds(order_of(static_cast<int64_t>(x), b), 0);
          },
          a);
    });
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
          return std::bit_cast<T>(
              static_cast<Bits>((std::bit_cast<Bits>(x) & all) | (std::bit_cast<Bits>(y) & ~all)));
        },
        condition, a, b);
  });
}

}  // namespace heed::kernels
#endif
