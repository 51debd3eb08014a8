#include "heed/framework/kernels/elementwise.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <type_traits>

#include "heed/framework/kernels/map.h"
#include "heed/framework/kernels/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE __BASE_FILE__
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "heed/framework/kernels/vector_map-inl.h"

#ifndef HEED_FRAMEWORK_KERNELS_ELEMENTWISE_ONCE
#define HEED_FRAMEWORK_KERNELS_ELEMENTWISE_ONCE
namespace heed::kernels {
namespace {
enum class Arithmetic { add, sub, mul, div };
}  // namespace
}  // namespace heed::kernels
#endif

HWY_BEFORE_NAMESPACE();
namespace heed::kernels::HWY_NAMESPACE {

/// Calls `use` with the operation as a callable of vectors.
template <class Use>
void with_arithmetic(Arithmetic operation, const Use& use) {
  switch (operation) {
    case Arithmetic::add:
      return use([](auto a, auto b) HWY_ATTR { return hn::Add(a, b); });
    case Arithmetic::sub:
      return use([](auto a, auto b) HWY_ATTR { return hn::Sub(a, b); });
    case Arithmetic::mul:
      return use([](auto a, auto b) HWY_ATTR { return hn::Mul(a, b); });
    case Arithmetic::div:
      return use([](auto a, auto b) HWY_ATTR { return hn::Div(a, b); });
  }
}

template <class T>
void tensors_run(Arithmetic operation, const MapRun<T, 2>& run) {
  with_arithmetic(operation, [&](auto f) {
    map_run(run, [f](auto, auto a, auto b) HWY_ATTR { return f(a, b); });
  });
}
void tensors_f32(Arithmetic operation, const MapRun<float, 2>& run) {
  tensors_run(operation, run);
}
void tensors_f64(Arithmetic operation, const MapRun<double, 2>& run) {
  tensors_run(operation, run);
}

template <class T>
void number_run(Arithmetic operation, T number, const MapRun<T, 1>& run) {
  with_arithmetic(operation, [&](auto f) {
    map_run(run, [f, number](auto d, auto a) HWY_ATTR { return f(a, hn::Set(d, number)); });
  });
}
void number_f32(Arithmetic operation, float number, const MapRun<float, 1>& run) {
  number_run(operation, number, run);
}
void number_f64(Arithmetic operation, double number, const MapRun<double, 1>& run) {
  number_run(operation, number, run);
}

template <class T>
void add_scaled_run(T scale, const MapRun<T, 2>& run) {
  map_run(run,
          [scale](auto d, auto a, auto b) HWY_ATTR { return hn::MulAdd(hn::Set(d, scale), b, a); });
}
void add_scaled_f32(float scale, const MapRun<float, 2>& run) {
  add_scaled_run(scale, run);
}
void add_scaled_f64(double scale, const MapRun<double, 2>& run) {
  add_scaled_run(scale, run);
}

}  // namespace heed::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heed::kernels {
namespace {

HWY_EXPORT(tensors_f32);
HWY_EXPORT(tensors_f64);
HWY_EXPORT(number_f32);
HWY_EXPORT(number_f64);
HWY_EXPORT(add_scaled_f32);
HWY_EXPORT(add_scaled_f64);

/// Signed overflow of i64 wraps around, as in PyTorch, instead of being undefined.
int64_t wrapping(Arithmetic operation, int64_t a, int64_t b) {
  const auto x = static_cast<uint64_t>(a), y = static_cast<uint64_t>(b);
  return static_cast<int64_t>(operation == Arithmetic::add   ? x + y
                              : operation == Arithmetic::sub ? x - y
                                                             : x * y);
}

Tensor arithmetic(const char* op, Arithmetic operation, const Tensor& a, const Tensor& b) {
  return visit_number(op, a.dtype(), [&]<class T>() {
    if constexpr (std::is_integral_v<T>) {
      return map<T, T, T>([=](T x, T y) { return wrapping(operation, x, y); }, a, b);
    } else {
      const auto run =
          of_type<T>(HWY_DYNAMIC_DISPATCH(tensors_f32), HWY_DYNAMIC_DISPATCH(tensors_f64));
      return map_runs<T>([&](const auto& part) { run(operation, part); }, a, b);
    }
  });
}

void arithmetic_into(const char* op, const Tensor& out, Arithmetic operation, const Tensor& a,
                     double b) {
  visit_number(op, a.dtype(), [&]<class T>() {
    const T number = static_cast<T>(b);
    if constexpr (std::is_integral_v<T>) {
      map_into<T, T>(
          out, [=](T x) { return wrapping(operation, x, number); }, a);
    } else {
      const auto run =
          of_type<T>(HWY_DYNAMIC_DISPATCH(number_f32), HWY_DYNAMIC_DISPATCH(number_f64));
      map_runs_into<T>(
          out, [&](const auto& part) { run(operation, number, part); }, a);
    }
  });
}
Tensor arithmetic(const char* op, Arithmetic operation, const Tensor& a, double b) {
  check_number(op, a.dtype());
  Tensor out = Tensor::empty(a.shape(), a.dtype());
  arithmetic_into(op, out, operation, a, b);
  return out;
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

Tensor add(const Tensor& a, const Tensor& b) {
  return arithmetic("add", Arithmetic::add, a, b);
}
Tensor sub(const Tensor& a, const Tensor& b) {
  return arithmetic("sub", Arithmetic::sub, a, b);
}
Tensor mul(const Tensor& a, const Tensor& b) {
  return arithmetic("mul", Arithmetic::mul, a, b);
}
Tensor div(const Tensor& a, const Tensor& b) {
  check_floating("div", a.dtype());
  return arithmetic("div", Arithmetic::div, a, b);
}
Tensor pow(const Tensor& a, const Tensor& b) {
  return visit_floating("pow", a.dtype(), [&]<class T>() {
    return map<T, T, T>([](T x, T y) { return std::pow(x, y); }, a, b);
  });
}

Tensor add(const Tensor& a, double b) {
  return arithmetic("add", Arithmetic::add, a, b);
}
Tensor sub(const Tensor& a, double b) {
  return arithmetic("sub", Arithmetic::sub, a, b);
}
Tensor mul(const Tensor& a, double b) {
  return arithmetic("mul", Arithmetic::mul, a, b);
}
Tensor div(const Tensor& a, double b) {
  check_floating("div", a.dtype());
  return arithmetic("div", Arithmetic::div, a, b);
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
            return wrapping(Arithmetic::add, x, wrapping(Arithmetic::mul, factor, y));
          },
          a, b);
    } else {
      const auto run =
          of_type<T>(HWY_DYNAMIC_DISPATCH(add_scaled_f32), HWY_DYNAMIC_DISPATCH(add_scaled_f64));
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

Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b) {
  return visit(a.dtype(), [&]<class T>() {
    using Bits = std::conditional_t<sizeof(T) == 8, uint64_t,
                                    std::conditional_t<sizeof(T) == 4, uint32_t, uint8_t>>;
    return map<T, bool, T, T>(
        [](bool c, T x, T y) {  // without a branch, which could not be foretold
          const Bits all = static_cast<Bits>(Bits{0} - static_cast<Bits>(c));
          return std::bit_cast<T>(
              static_cast<Bits>((std::bit_cast<Bits>(x) & all) | (std::bit_cast<Bits>(y) & ~all)));
        },
        condition, a, b);
  });
}

}  // namespace heed::kernels
#endif
