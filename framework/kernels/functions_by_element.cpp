// The functions that are called for each element; those of vectors are in functions.cpp.
#include <cmath>
#include <limits>
#include <optional>
#include <type_traits>

#include "heed/framework/kernels/functions.h"
#include "heed/framework/kernels/log_of_sum.h"
#include "heed/framework/kernels/map.h"

namespace heed::kernels {

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

Tensor atan2(const Tensor& y, const Tensor& x) {
  return visit_floating("atan2", y.dtype(), [&]<class T>() {
    return map<T, T, T>([](double b, double a) { return static_cast<T>(std::atan2(b, a)); }, y, x);
  });
}

Tensor logaddexp(const Tensor& left, const Tensor& right) {
  return visit_floating("logaddexp", left.dtype(), [&]<class T>() {
    return map<T, T, T>([](double a, double b) { return static_cast<T>(log_of_sum(a, b)); }, left,
                        right);
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

Tensor nan_to_num(const Tensor& x, double nan, std::optional<double> positive_infinity,
                  std::optional<double> negative_infinity) {
  return visit(x.dtype(), [&]<class T>() {
    if constexpr (!std::is_floating_point_v<T>) {
      return map<T, T>([](T v) { return v; }, x);
    } else {
      using Limits = std::numeric_limits<T>;
      const T number = static_cast<T>(nan);
      const T most = positive_infinity ? static_cast<T>(*positive_infinity) : Limits::max();
      const T least = negative_infinity ? static_cast<T>(*negative_infinity) : Limits::lowest();
      return map<T, T>(
          [=](T v) {
            if (std::isinf(v)) return v > 0 ? most : least;
            return v == v ? v : number;
          },
          x);
    }
  });
}

}  // namespace heed::kernels
