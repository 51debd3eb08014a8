#include "heed/framework/kernels/functions.h"

#include <cmath>
#include <numbers>

#include "heed/framework/kernels/map.h"

#include "heed/framework/kernels/simd/dispatch-inl.h"

#include "heed/framework/kernels/simd/vector_map-inl.h"
#include "heed/framework/kernels/simd/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace heed::kernels::HWY_NAMESPACE {

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

/// Calls use(name, f) with the function as errors name it and as f(d, vector): the table of all.
template <class Use>
auto with_unary(Unary function, const Use& use) {
  switch (function) {
    case Unary::exp:
      return use("exp", [](auto d, auto x) HWY_ATTR { return Exp(d, x); });
    case Unary::expm1:
      return use("expm1", by_lanes([](auto x) HWY_ATTR { return std::expm1(x); }));
    case Unary::log:
      return use("log", by_lanes([](auto x) HWY_ATTR { return std::log(x); }));
    case Unary::log1p:
      return use("log1p", by_lanes([](auto x) HWY_ATTR { return std::log1p(x); }));
    case Unary::sqrt:
      return use("sqrt", [](auto, auto x) HWY_ATTR { return hn::Sqrt(x); });
    case Unary::rsqrt:
      return use("rsqrt",
                 [](auto d, auto x) HWY_ATTR { return hn::Div(hn::Set(d, 1), hn::Sqrt(x)); });
    case Unary::reciprocal:
      return use("reciprocal", [](auto d, auto x) HWY_ATTR { return hn::Div(hn::Set(d, 1), x); });
    case Unary::sin:
      return use("sin", by_lanes([](auto x) HWY_ATTR { return std::sin(x); }));
    case Unary::cos:
      return use("cos", by_lanes([](auto x) HWY_ATTR { return std::cos(x); }));
    case Unary::tanh:
      return use("tanh", [](auto d, auto x) HWY_ATTR { return Tanh(d, x); });
    case Unary::erf:
      return use("erf", [](auto d, auto x) HWY_ATTR { return Erf(d, x); });
    case Unary::floor:
      return use("floor", [](auto, auto x) HWY_ATTR { return hn::Floor(x); });
    case Unary::round:
      return use("round", [](auto, auto x) HWY_ATTR { return hn::Round(x); });
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

Tensor softplus(const Tensor& x, double beta, double threshold) {
  return map_floating("softplus", x, [=]<class T>(T v) {
    const T scaled = v * static_cast<T>(beta);
    return scaled > static_cast<T>(threshold) ? v
                                              : std::log1p(std::exp(scaled)) / static_cast<T>(beta);
  });
}

Tensor elu(const Tensor& x, double alpha) {
  return map_floating(
      "elu", x, [=]<class T>(T v) { return v > 0 ? v : static_cast<T>(alpha) * std::expm1(v); });
}

Tensor leaky_relu(const Tensor& x, double slope) {
  return map_floating("leaky_relu", x,
                      [=]<class T>(T v) { return v > 0 ? v : static_cast<T>(slope) * v; });
}

Tensor power_of_two(const Tensor& x) {
  return map_floating("power_of_two", x, []<class T>(T v) {
    return std::isfinite(v) && v > 0 ? std::ldexp(T{1}, std::ilogb(v)) : T{1};
  });
}

Tensor abs(const Tensor& x) {
  return map_number("abs", x, []<class T>(T v) {
    if constexpr (std::is_floating_point_v<T>) return std::abs(v);
    const auto bits = static_cast<uint64_t>(v);
    return static_cast<T>(v < 0 ? -bits : bits);  // the least i64 wraps around, as in PyTorch
  });
}

Tensor sign(const Tensor& x) {
  return map_number("sign", x, []<class T>(T v) { return v > 0 ? T{1} : v < 0 ? T{-1} : T{0}; });
}

Tensor clamp(const Tensor& x, std::optional<double> low, std::optional<double> high) {
  return map_number("clamp", x, [=]<class T>(T v) {
    const T least = static_cast<T>(low.value_or(0)), most = static_cast<T>(high.value_or(0));
    if (low && !(v >= least) && v == v) v = least;
    return high && !(v <= most) && v == v ? most : v;
  });
}

}  // namespace heed::kernels
#endif
