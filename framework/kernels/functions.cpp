#include "heed/framework/kernels/functions.h"

#include <cmath>
#include <numbers>

#include "heed/framework/kernels/map.h"

namespace heed::kernels {
namespace {

template <class F>
Tensor unary(const char* op, const Tensor& x, const F& f) {
  return visit_floating(op, x.dtype(), [&]<class T>() { return map<T, T>(f, x); });
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
  return unary("exp", x, [](auto v) { return std::exp(v); });
}
Tensor expm1(const Tensor& x) {
  return unary("expm1", x, [](auto v) { return std::expm1(v); });
}
Tensor log(const Tensor& x) {
  return unary("log", x, [](auto v) { return std::log(v); });
}
Tensor log1p(const Tensor& x) {
  return unary("log1p", x, [](auto v) { return std::log1p(v); });
}
Tensor sqrt(const Tensor& x) {
  return unary("sqrt", x, [](auto v) { return std::sqrt(v); });
}
Tensor rsqrt(const Tensor& x) {
  return unary("rsqrt", x, [](auto v) { return decltype(v){1} / std::sqrt(v); });
}
Tensor reciprocal(const Tensor& x) {
  return unary("reciprocal", x, [](auto v) { return decltype(v){1} / v; });
}
Tensor sin(const Tensor& x) {
  return unary("sin", x, [](auto v) { return std::sin(v); });
}
Tensor cos(const Tensor& x) {
  return unary("cos", x, [](auto v) { return std::cos(v); });
}
Tensor tanh(const Tensor& x) {
  return unary("tanh", x, [](auto v) { return std::tanh(v); });
}
Tensor erf(const Tensor& x) {
  return unary("erf", x, [](auto v) { return std::erf(v); });
}
Tensor floor(const Tensor& x) {
  return unary("floor", x, [](auto v) { return std::floor(v); });
}
Tensor round(const Tensor& x) {
  return unary("round", x, [](auto v) { return std::nearbyint(v); });
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
        [&](T v) {
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
  return unary("relu", x, [](auto v) { return v < 0 ? decltype(v){0} : v; });  // NaN stays NaN
}
Tensor sigmoid(const Tensor& x) {
  return unary("sigmoid", x, [](auto v) {
    const decltype(v) one{1};
    return one /
           (one + std::exp(-v));  // exp overflows to +Inf for very negative v: 0, as it should
  });
}
Tensor log_sigmoid(const Tensor& x) {
  return unary("log_sigmoid", x, []<class T>(T v) {
    return (v > 0 ? T{0} : v) - std::log1p(std::exp(-std::abs(v)));  // NaN stays NaN
  });
}
Tensor softplus(const Tensor& x, double beta, double threshold) {
  return unary("softplus", x, [&]<class T>(T v) {
    const T scaled = v * static_cast<T>(beta);
    return scaled > static_cast<T>(threshold) ? v
                                              : std::log1p(std::exp(scaled)) / static_cast<T>(beta);
  });
}
Tensor elu(const Tensor& x, double alpha) {
  return unary("elu", x,
               [&]<class T>(T v) { return v > 0 ? v : static_cast<T>(alpha) * std::expm1(v); });
}
Tensor leaky_relu(const Tensor& x, double slope) {
  return unary("leaky_relu", x,
               [&]<class T>(T v) { return v > 0 ? v : static_cast<T>(slope) * v; });
}
Tensor gelu(const Tensor& x) {
  return unary("gelu", x, [](auto v) {
    using T = decltype(v);
    return v * (T{1} + std::erf(v * static_cast<T>(1 / std::numbers::sqrt2))) / 2;
  });
}
Tensor gelu_tanh(const Tensor& x) {
  return unary("gelu", x, [](auto v) {
    using T = decltype(v);
    const T slope = static_cast<T>(std::numbers::sqrt2 * std::numbers::inv_sqrtpi);
    return v * (T{1} + std::tanh(slope * (v + static_cast<T>(0.044715) * v * v * v))) / 2;
  });
}

}  // namespace heed::kernels
