#include "heed/framework/kernels/elementwise.h"

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <type_traits>

#include "heed/framework/kernels/map.h"

#include "heed/framework/kernels/simd/dispatch-inl.h"

#include "heed/framework/kernels/simd/quotient-inl.h"
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
      return use("div", [](auto a, auto b) HWY_ATTR { return quotient(a, b); });
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

}  // namespace heed::kernels
#endif
