#include "heed/framework/kernels/functions.h"

#include <cmath>
#include <numbers>

#include "heed/framework/kernels/map.h"
#include "heed/framework/kernels/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE __BASE_FILE__
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "heed/framework/kernels/vector_map-inl.h"
#include "heed/framework/kernels/vector_math-inl.h"

#ifndef HEED_FRAMEWORK_KERNELS_FUNCTIONS_ONCE
#define HEED_FRAMEWORK_KERNELS_FUNCTIONS_ONCE
namespace heed::kernels {
namespace {

enum class Unary {
  exp,
  sqrt,
  rsqrt,
  reciprocal,
  tanh,
  erf,
  floor,
  round,
  relu,
  sigmoid,
  silu,
  gelu,
  gelu_tanh,
};
enum class Backward { relu, sigmoid, tanh, silu, gelu, gelu_tanh };

constexpr double gelu_slope = std::numbers::sqrt2 * std::numbers::inv_sqrtpi;
constexpr double gelu_cube = 0.044715;

}  // namespace
}  // namespace heed::kernels
#endif

HWY_BEFORE_NAMESPACE();
namespace heed::kernels::HWY_NAMESPACE {

/// ½(1 + tanh(u)) = sigmoid(2u), u = c(x + ax³).
template <class D, class V = hn::Vec<D>, class T = hn::TFromD<D>>
HWY_INLINE V gelu_tanh_factor(D d, V x) {
  const V cubic = hn::Set(d, static_cast<T>(2 * gelu_slope * gelu_cube));
  const V linear = hn::Set(d, static_cast<T>(2 * gelu_slope));
  return sigmoid(d, hn::Mul(x, hn::MulAdd(cubic, hn::Mul(x, x), linear)));
}

template <class T>
void unary_run(Unary function, const MapRun<T, 1>& run) {
  switch (function) {
    case Unary::exp:
      return map_run(run, [](auto d, auto x) HWY_ATTR { return Exp(d, x); });
    case Unary::sqrt:
      return map_run(run, [](auto, auto x) HWY_ATTR { return hn::Sqrt(x); });
    case Unary::rsqrt:
      return map_run(run,
                     [](auto d, auto x) HWY_ATTR { return hn::Div(hn::Set(d, 1), hn::Sqrt(x)); });
    case Unary::reciprocal:
      return map_run(run, [](auto d, auto x) HWY_ATTR { return hn::Div(hn::Set(d, 1), x); });
    case Unary::tanh:
      return map_run(run, [](auto d, auto x) HWY_ATTR { return Tanh(d, x); });
    case Unary::erf:
      return map_run(run, [](auto d, auto x) HWY_ATTR { return Erf(d, x); });
    case Unary::floor:
      return map_run(run, [](auto, auto x) HWY_ATTR { return hn::Floor(x); });
    case Unary::round:
      return map_run(run, [](auto, auto x) HWY_ATTR { return hn::Round(x); });
    case Unary::relu:  // NaN stays NaN
      return map_run(run, [](auto d, auto x)
                              HWY_ATTR { return hn::IfThenZeroElse(hn::Lt(x, hn::Zero(d)), x); });
    case Unary::sigmoid:
      return map_run(run, [](auto d, auto x) HWY_ATTR { return sigmoid(d, x); });
    case Unary::silu:
      return map_run(run, [](auto d, auto x) HWY_ATTR { return hn::Mul(x, sigmoid(d, x)); });
    case Unary::gelu:
      return map_run(
          run, [](auto d, auto x) HWY_ATTR { return hn::Mul(x, normal_distribution(d, x).cdf); });
    case Unary::gelu_tanh:
      return map_run(run,
                     [](auto d, auto x) HWY_ATTR { return hn::Mul(x, gelu_tanh_factor(d, x)); });
  }
}
void unary_f32(Unary function, const MapRun<float, 1>& run) {
  unary_run(function, run);
}
void unary_f64(Unary function, const MapRun<double, 1>& run) {
  unary_run(function, run);
}

/// g · f′, from y = f(x) or from x.
template <class T>
void unary_backward_run(Backward function, const MapRun<T, 2>& run) {
  switch (function) {
    case Backward::relu:
      return map_run(run, [](auto d, auto g, auto y)
                              HWY_ATTR { return hn::IfThenZeroElse(hn::Le(y, hn::Zero(d)), g); });
    case Backward::sigmoid:
      return map_run(run, [](auto d, auto g, auto y) HWY_ATTR {
        return hn::Mul(g, hn::Mul(y, hn::Sub(hn::Set(d, 1), y)));
      });
    case Backward::tanh:
      return map_run(run, [](auto d, auto g, auto y)
                              HWY_ATTR { return hn::Mul(g, hn::NegMulAdd(y, y, hn::Set(d, 1))); });
    case Backward::silu:  // s + x·s·(1 − s)
      return map_run(run, [](auto d, auto g, auto x) HWY_ATTR {
        const auto s = sigmoid(d, x);
        return hn::Mul(g, hn::MulAdd(hn::Mul(x, s), hn::Sub(hn::Set(d, 1), s), s));
      });
    case Backward::gelu:  // Φ + x·φ
      return map_run(run, [](auto d, auto g, auto x) HWY_ATTR {
        const auto normal = normal_distribution(d, x);
        return hn::Mul(g, hn::MulAdd(x, normal.pdf, normal.cdf));
      });
    case Backward::gelu_tanh:  // s + x·s·(1 − s)·2u′, u′ = c(1 + 3ax²)
      return map_run(run, [](auto d, auto g, auto x) HWY_ATTR {
        const auto s = gelu_tanh_factor(d, x);
        const auto rise = hn::MulAdd(hn::Set(d, static_cast<T>(6 * gelu_slope * gelu_cube)),
                                     hn::Mul(x, x), hn::Set(d, static_cast<T>(2 * gelu_slope)));
        const auto slope = hn::Mul(hn::Mul(s, hn::Sub(hn::Set(d, 1), s)), rise);
        return hn::Mul(g, hn::MulAdd(x, slope, s));
      });
  }
}
void unary_backward_f32(Backward function, const MapRun<float, 2>& run) {
  unary_backward_run(function, run);
}
void unary_backward_f64(Backward function, const MapRun<double, 2>& run) {
  unary_backward_run(function, run);
}

}  // namespace heed::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heed::kernels {
namespace {

HWY_EXPORT(unary_f32);
HWY_EXPORT(unary_f64);
HWY_EXPORT(unary_backward_f32);
HWY_EXPORT(unary_backward_f64);

Tensor unary(const char* op, const Tensor& x, Unary function) {
  return visit_floating(op, x.dtype(), [&]<class T>() {
    const auto run = of_type<T>(HWY_DYNAMIC_DISPATCH(unary_f32), HWY_DYNAMIC_DISPATCH(unary_f64));
    return map_runs<T>([&](const auto& part) { run(function, part); }, x);
  });
}

Tensor unary_backward(const Tensor& g, const Tensor& saved, Backward function) {
  return visit_floating("backward", g.dtype(), [&]<class T>() {
    const auto run = of_type<T>(HWY_DYNAMIC_DISPATCH(unary_backward_f32),
                                HWY_DYNAMIC_DISPATCH(unary_backward_f64));
    return map_runs<T>([&](const auto& part) { run(function, part); }, g, saved);
  });
}

template <class F>
Tensor number(const char* op, const Tensor& x, const F& f) {
  return visit_number(op, x.dtype(), [&]<class T>() { return map<T, T>(f, x); });
}

template <class F>
Tensor choice(const char* op, const Tensor& a, const Tensor& b, const F& f) {
  return visit_number(op, a.dtype(), [&]<class T>() { return map<T, T, T>(f, a, b); });
}

}  // namespace

Tensor exp(const Tensor& x) {
  return unary("exp", x, Unary::exp);
}
Tensor expm1(const Tensor& x) {
  return map_floating("expm1", x, [](auto v) { return std::expm1(v); });
}
Tensor log(const Tensor& x) {
  return map_floating("log", x, [](auto v) { return std::log(v); });
}
Tensor log1p(const Tensor& x) {
  return map_floating("log1p", x, [](auto v) { return std::log1p(v); });
}
Tensor sqrt(const Tensor& x) {
  return unary("sqrt", x, Unary::sqrt);
}
Tensor rsqrt(const Tensor& x) {
  return unary("rsqrt", x, Unary::rsqrt);
}
Tensor reciprocal(const Tensor& x) {
  return unary("reciprocal", x, Unary::reciprocal);
}
Tensor sin(const Tensor& x) {
  return map_floating("sin", x, [](auto v) { return std::sin(v); });
}
Tensor cos(const Tensor& x) {
  return map_floating("cos", x, [](auto v) { return std::cos(v); });
}
Tensor tanh(const Tensor& x) {
  return unary("tanh", x, Unary::tanh);
}
Tensor erf(const Tensor& x) {
  return unary("erf", x, Unary::erf);
}
Tensor floor(const Tensor& x) {
  return unary("floor", x, Unary::floor);
}
Tensor round(const Tensor& x) {
  return unary("round", x, Unary::round);
}
Tensor abs(const Tensor& x) {
  return number("abs", x, []<class T>(T v) {
    if constexpr (std::is_floating_point_v<T>) return std::abs(v);
    const auto bits = static_cast<uint64_t>(v);
    return static_cast<T>(v < 0 ? -bits : bits);  // the least i64 wraps around, as in PyTorch
  });
}
Tensor sign(const Tensor& x) {
  return number("sign", x, []<class T>(T v) { return v > 0 ? T{1} : v < 0 ? T{-1} : T{0}; });
}
Tensor clamp(const Tensor& x, std::optional<double> low, std::optional<double> high) {
  return visit_number("clamp", x.dtype(), [&]<class T>() {
    const T least = static_cast<T>(low.value_or(0)), most = static_cast<T>(high.value_or(0));
    return map<T, T>(
        [=](T v) {
          if (low && !(v >= least) && v == v) v = least;
          return high && !(v <= most) && v == v ? most : v;
        },
        x);
  });
}
Tensor maximum(const Tensor& a, const Tensor& b) {
  return choice("maximum", a, b, [](auto x, auto y) { return x > y || x != x ? x : y; });
}
Tensor minimum(const Tensor& a, const Tensor& b) {
  return choice("minimum", a, b, [](auto x, auto y) { return x < y || x != x ? x : y; });
}

Tensor relu(const Tensor& x) {
  return unary("relu", x, Unary::relu);
}
Tensor sigmoid(const Tensor& x) {
  return unary("sigmoid", x, Unary::sigmoid);
}
Tensor silu(const Tensor& x) {
  return unary("silu", x, Unary::silu);
}
Tensor log_sigmoid(const Tensor& x) {
  return map_floating("log_sigmoid", x, []<class T>(T v) {
    return (v > 0 ? T{0} : v) - std::log1p(std::exp(-std::abs(v)));  // NaN stays NaN
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
Tensor gelu(const Tensor& x) {
  return unary("gelu", x, Unary::gelu);
}
Tensor gelu_tanh(const Tensor& x) {
  return unary("gelu", x, Unary::gelu_tanh);
}

Tensor relu_backward(const Tensor& g, const Tensor& y) {
  return unary_backward(g, y, Backward::relu);
}
Tensor sigmoid_backward(const Tensor& g, const Tensor& y) {
  return unary_backward(g, y, Backward::sigmoid);
}
Tensor tanh_backward(const Tensor& g, const Tensor& y) {
  return unary_backward(g, y, Backward::tanh);
}
Tensor silu_backward(const Tensor& g, const Tensor& x) {
  return unary_backward(g, x, Backward::silu);
}
Tensor gelu_backward(const Tensor& g, const Tensor& x) {
  return unary_backward(g, x, Backward::gelu);
}
Tensor gelu_tanh_backward(const Tensor& g, const Tensor& x) {
  return unary_backward(g, x, Backward::gelu_tanh);
}

}  // namespace heed::kernels
#endif
