#include "heed/framework/kernels/functions.h"

#include <cmath>
#include <numbers>

#include "heed/framework/kernels/map.h"

#include "heed/framework/kernels/simd/dispatch-inl.h"

#include "heed/framework/kernels/simd/quotient-inl.h"
#include "heed/framework/kernels/simd/vector_map-inl.h"
#include "heed/framework/kernels/simd/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace heed::kernels::HWY_NAMESPACE {

/// x rounded to a whole number: Highway's loops without vectors make 0 of −0 and of −0.3.
template <class V>
HWY_INLINE V with_sign_of(V x, V whole) {
#if HWY_TARGET == HWY_EMU128 || HWY_TARGET == HWY_SCALAR
  return hn::CopySign(whole, x);
#else
  static_cast<void>(x);
  return whole;
#endif
}

constexpr double gelu_slope = std::numbers::sqrt2 * std::numbers::inv_sqrtpi;
constexpr double gelu_cube = 0.044715;

/// ½(1 + tanh(u)) = sigmoid(2u), u = c(x + ax³).
template <class D, class V = hn::Vec<D>, class T = hn::TFromD<D>>
HWY_INLINE V gelu_tanh_factor(D d, V x) {
  const V cubic = hn::Set(d, static_cast<T>(2 * gelu_slope * gelu_cube));
  const V linear = hn::Set(d, static_cast<T>(2 * gelu_slope));
  return sigmoid(d, hn::Mul(x, hn::MulAdd(cubic, hn::Mul(x, x), linear)));
}

/// Its derivative: s·(1 − s)·2u′, u′ = c(1 + 3ax²).
template <class D, class V = hn::Vec<D>, class T = hn::TFromD<D>>
HWY_INLINE V gelu_tanh_factor_slope(D d, V x, V s) {
  const auto rise = hn::MulAdd(hn::Set(d, static_cast<T>(6 * gelu_slope * gelu_cube)),
                               hn::Mul(x, x), hn::Set(d, static_cast<T>(2 * gelu_slope)));
  return hn::Mul(hn::Mul(s, hn::Sub(hn::Set(d, 1), s)), rise);
}

/// x·tanh(log(1 + n)) = x·n(n + 2) / (n(n + 2) + 2), n = exp(x), which may not underflow before
/// x·n does.
HWY_INLINE double mish(double x) {
  if (!(x < 40)) return x;  // from there on; and NaN
  const double n = std::exp(x), root = std::exp(x / 2);
  return x * root * root * (n + 2) / (n * (n + 2) + 2);
}

/// Calls use(name, f) with the function as errors name it and as f(d, vector): the table of all.
template <class Use>
auto with_unary(Unary function, const Use& use) {
  switch (function) {
    case Unary::exp:
      return use("exp", [](auto d, auto x) HWY_ATTR { return Exp(d, x); });
    case Unary::exp2:
      return use("exp2", by_lanes([](auto x) HWY_ATTR { return std::exp2(x); }));
    case Unary::expm1:
      return use("expm1", by_lanes([](auto x) HWY_ATTR { return std::expm1(x); }));
    case Unary::log:
      return use("log", by_lanes([](auto x) HWY_ATTR { return std::log(x); }));
    case Unary::log2:
      return use("log2", by_lanes([](auto x) HWY_ATTR { return std::log2(x); }));
    case Unary::log10:
      return use("log10", by_doubles([](double x) HWY_ATTR { return std::log10(x); }));
    case Unary::log1p:
      return use("log1p", by_lanes([](auto x) HWY_ATTR { return std::log1p(x); }));
    case Unary::sqrt:
      return use("sqrt", [](auto, auto x) HWY_ATTR { return hn::Sqrt(x); });
    case Unary::rsqrt:
      return use("rsqrt",
                 [](auto d, auto x) HWY_ATTR { return quotient(hn::Set(d, 1), hn::Sqrt(x)); });
    case Unary::reciprocal:
      return use("reciprocal", [](auto d, auto x) HWY_ATTR { return quotient(hn::Set(d, 1), x); });
    case Unary::sin:
      return use("sin", by_lanes([](auto x) HWY_ATTR { return std::sin(x); }));
    case Unary::cos:
      return use("cos", by_lanes([](auto x) HWY_ATTR { return std::cos(x); }));
    case Unary::tan:
      return use("tan", by_doubles([](double x) HWY_ATTR { return std::tan(x); }));
    case Unary::asin:
      return use("asin", by_doubles([](double x) HWY_ATTR { return std::asin(x); }));
    case Unary::acos:
      return use("acos", by_doubles([](double x) HWY_ATTR { return std::acos(x); }));
    case Unary::atan:
      return use("atan", by_doubles([](double x) HWY_ATTR { return std::atan(x); }));
    case Unary::sinh:
      return use("sinh", by_doubles([](double x) HWY_ATTR { return std::sinh(x); }));
    case Unary::cosh:
      return use("cosh", by_doubles([](double x) HWY_ATTR { return std::cosh(x); }));
    case Unary::tanh:
      return use("tanh", [](auto d, auto x) HWY_ATTR { return Tanh(d, x); });
    case Unary::asinh:
      return use("asinh", by_doubles([](double x) HWY_ATTR { return std::asinh(x); }));
    case Unary::acosh:
      return use("acosh", by_doubles([](double x) HWY_ATTR { return std::acosh(x); }));
    case Unary::atanh:
      return use("atanh", by_doubles([](double x) HWY_ATTR { return std::atanh(x); }));
    case Unary::erf:
      return use("erf", [](auto d, auto x) HWY_ATTR { return Erf(d, x); });
    case Unary::floor:
      return use("floor", [](auto, auto x) HWY_ATTR { return with_sign_of(x, hn::Floor(x)); });
    case Unary::ceil:
      return use("ceil", [](auto, auto x) HWY_ATTR { return with_sign_of(x, hn::Ceil(x)); });
    case Unary::trunc:
      return use("trunc", [](auto, auto x) HWY_ATTR { return with_sign_of(x, hn::Trunc(x)); });
    case Unary::round:
      return use("round", [](auto, auto x) HWY_ATTR { return with_sign_of(x, hn::Round(x)); });
    case Unary::relu:  // NaN stays NaN
      return use("relu", [](auto d, auto x)
                             HWY_ATTR { return hn::IfThenZeroElse(hn::Lt(x, hn::Zero(d)), x); });
    case Unary::sigmoid:
      return use("sigmoid", [](auto d, auto x) HWY_ATTR { return sigmoid(d, x); });
    case Unary::log_sigmoid:  // min(x, 0) − log1p(exp(−|x|)); NaN stays NaN
      return use("log_sigmoid", by_lanes([](auto x) HWY_ATTR {
                   return (x > 0 ? 0 : x) - std::log1p(std::exp(-std::abs(x)));
                 }));
    case Unary::silu:
      return use("silu", [](auto d, auto x) HWY_ATTR { return hn::Mul(x, sigmoid(d, x)); });
    case Unary::gelu:
      return use("gelu",
                 [](auto d, auto x) HWY_ATTR { return hn::Mul(x, normal_distribution(d, x).cdf); });
    case Unary::gelu_tanh:
      return use("gelu",
                 [](auto d, auto x) HWY_ATTR { return hn::Mul(x, gelu_tanh_factor(d, x)); });
    case Unary::mish:
      return use("mish", by_doubles([](double x) HWY_ATTR { return mish(x); }));
  }
  __builtin_unreachable();  // -Wswitch refuses a function that has no case
}

template <class T>
void unary_run(Unary function, const MapRun<T, 1>& run) {
  with_unary(function, [&](const char*, const auto& f) HWY_ATTR { map_vectors(run, f); });
}

template <class T>
void unary_backward_run(UnaryBackward function, const MapRun<T, 2>& run) {
  switch (function) {
    case UnaryBackward::relu_from_y:
      return map_vectors(run, [](auto d, auto g, auto y) HWY_ATTR {
        return hn::IfThenZeroElse(hn::Le(y, hn::Zero(d)), g);
      });
    case UnaryBackward::sigmoid_from_y:
      return map_vectors(run, [](auto d, auto g, auto y) HWY_ATTR {
        return hn::Mul(g, hn::Mul(y, hn::Sub(hn::Set(d, 1), y)));
      });
    case UnaryBackward::tanh_from_y:
      return map_vectors(run, [](auto d, auto g, auto y) HWY_ATTR {
        return hn::Mul(g, hn::NegMulAdd(y, y, hn::Set(d, 1)));
      });
    case UnaryBackward::silu_from_x:  // s + x·s·(1 − s)
      return map_vectors(run, [](auto d, auto g, auto x) HWY_ATTR {
        const auto s = sigmoid(d, x);
        return hn::Mul(g, hn::MulAdd(hn::Mul(x, s), hn::Sub(hn::Set(d, 1), s), s));
      });
    case UnaryBackward::gelu_from_x:  // Φ + x·φ
      return map_vectors(run, [](auto d, auto g, auto x) HWY_ATTR {
        const auto normal = normal_distribution(d, x);
        return hn::Mul(g, hn::MulAdd(x, normal.pdf, normal.cdf));
      });
    case UnaryBackward::gelu_tanh_from_x:  // s + x·s′
      return map_vectors(run, [](auto d, auto g, auto x) HWY_ATTR {
        const auto s = gelu_tanh_factor(d, x);
        return hn::Mul(g, hn::MulAdd(x, gelu_tanh_factor_slope(d, x, s), s));
      });
  }
}

}  // namespace heed::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heed::kernels {

Tensor unary(Unary function, const Tensor& x) {
  const char* const name =
      HWY_STATIC_DISPATCH(with_unary)(function, [](const char* op, const auto&) { return op; });
  return visit_floating(name, x.dtype(), [&]<class T>() {
    const auto run = HEED_DISPATCH(unary_run<T>);
    return map_runs<T>([&](const auto& part) { run(function, part); }, x);
  });
}

Tensor unary_backward(UnaryBackward function, const Tensor& g, const Tensor& saved) {
  return visit_floating("backward", g.dtype(), [&]<class T>() {
    const auto run = HEED_DISPATCH(unary_backward_run<T>);
    return map_runs<T>([&](const auto& part) { run(function, part); }, g, saved);
  });
}

}  // namespace heed::kernels
#endif
