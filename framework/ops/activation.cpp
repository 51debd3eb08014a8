#include "heed/framework/ops/activation.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "heed/framework/autograd/record.h"
#include "heed/framework/kernels/functions.h"
#include "heed/framework/kernels/map.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"

namespace heed {

using kernels::Unary;
using kernels::UnaryBackward;

Tensor relu(const Tensor& x) {
  constexpr auto composed = [](const Tensor& g, const Tensor& y) {
    return masked_fill(g, le(y, 0), 0);
  };
  return record("relu", kernels::unary(Unary::relu, x), x,
                fused<kernels::unary_backward<UnaryBackward::relu_from_y>, composed>());
}

Tensor relu_squared(const Tensor& x) {
  check_floating("relu_squared", x.dtype());
  return square(relu(x));
}

Tensor soft_cap(const Tensor& x, double cap) {
  check_floating("soft_cap", x.dtype());
  if (!(cap > 0 && std::isfinite(cap))) {
    throw ValueError("soft_cap: cap must be above 0 and finite, got ", cap);
  }
  // As f32, a cap out of its range would be 0 or infinite, and 0 / 0 or 0 · ∞ NaN.
  using F32 = std::numeric_limits<float>;
  const double held = x.dtype() == DType::f32 ? std::clamp<double>(cap, F32::min(), F32::max())
                                              : std::max(cap, std::numeric_limits<double>::min());
  return tanh(x / held) * held;
}

Tensor sigmoid(const Tensor& x) {
  constexpr auto composed = [](const Tensor& g, const Tensor& y) { return g * (y * (1 - y)); };
  return record("sigmoid", kernels::unary(Unary::sigmoid, x), x,
                fused<kernels::unary_backward<UnaryBackward::sigmoid_from_y>, composed>());
}

Tensor silu(const Tensor& x) {
  constexpr auto composed = [](const Tensor& g, const Tensor& input) {
    const Tensor s = sigmoid(input);
    return g * (s + input * s * (1 - s));
  };
  return record("silu", kernels::unary(Unary::silu, x), x,
                fused<kernels::unary_backward<UnaryBackward::silu_from_x>, composed>(Saved(x)));
}

namespace {

/// The derivative of x·Φ(x) is Φ(x) + x·φ(x).
Tensor gelu_gradient(const Tensor& g, const Tensor& x) {
  const Tensor cdf = 0.5 * (1 + erf(x * (1 / std::numbers::sqrt2)));
  const Tensor pdf = exp(-0.5 * square(x)) * (std::numbers::inv_sqrtpi / std::numbers::sqrt2);
  return g * (cdf + x * pdf);
}

/// y = ½x(1 + t), t = tanh(u), u = c(x + ax³): y′ = ½(1 + t) + ½x(1 − t²)u′.
Tensor gelu_tanh_gradient(const Tensor& g, const Tensor& x) {
  constexpr double c = std::numbers::sqrt2 * std::numbers::inv_sqrtpi, a = 0.044715;
  const Tensor x2 = square(x);
  const Tensor t = tanh(c * x * (1 + a * x2));
  return g * (0.5 * (1 + t) + 0.5 * x * (1 - square(t)) * (c * (1 + 3 * a * x2)));
}

}  // namespace

Tensor gelu(const Tensor& x, GeluApproximation approximate) {
  if (approximate == GeluApproximation::none) {
    return record(
        "gelu", kernels::unary(Unary::gelu, x), x,
        fused<kernels::unary_backward<UnaryBackward::gelu_from_x>, gelu_gradient>(Saved(x)));
  }
  return record("gelu", kernels::unary(Unary::gelu_tanh, x), x,
                fused<kernels::unary_backward<UnaryBackward::gelu_tanh_from_x>, gelu_tanh_gradient>(
                    Saved(x)));
}

Tensor log_sigmoid(const Tensor& x) {
  return record("log_sigmoid", kernels::unary(Unary::log_sigmoid, x), x,
                [x = Saved(x)](const Tensor& g) { return g * sigmoid(-x.get()); });
}

Tensor softplus(const Tensor& x, double beta, double threshold) {
  return record("softplus", kernels::softplus(x, beta, threshold), x,
                [x = Saved(x), beta, threshold](const Tensor& g) {
                  const Tensor scaled = x * beta;
                  return where(gt(scaled, threshold), g, g * sigmoid(scaled));
                });
}

Tensor leaky_relu(const Tensor& x, double negative_slope) {
  return record("leaky_relu", kernels::leaky_relu(x, negative_slope), x,
                [x = Saved(x), negative_slope](const Tensor& g) {
                  return where(gt(x, 0), g, g * negative_slope);
                });
}

Tensor elu(const Tensor& x, double alpha) {
  return record("elu", kernels::elu(x, alpha), x, [x = Saved(x), alpha](const Tensor& g) {
    const Tensor positive = gt(x, 0);
    // Where it is not selected, exp must not overflow: Inf · 0 would be NaN.
    return where(positive, g, g * alpha * exp(masked_fill(x, positive, 0)));
  });
}

Tensor logsigmoid(const Tensor& x) {
  check_floating("logsigmoid", x.dtype());
  return log_sigmoid(x);
}

Tensor mish(const Tensor& x) {
  return record("mish", kernels::unary(Unary::mish, x), x, [x = Saved(x)](const Tensor& g) {
    const Tensor t = tanh(softplus(x));
    return g * (t + x * sigmoid(x) * (1 - square(t)));
  });
}

Tensor hardsigmoid(const Tensor& x) {
  check_floating("hardsigmoid", x.dtype());
  return clamp(x + 3, 0, 6) / 6;
}

Tensor hardswish(const Tensor& x) {
  check_floating("hardswish", x.dtype());
  return x * hardsigmoid(x);
}

Tensor softsign(const Tensor& x) {
  const auto f = [](auto v) { return std::isinf(v) ? (v > 0 ? 1 : -1) : v / (1 + std::abs(v)); };
  return record("softsign", kernels::map_floating("softsign", x, f), x,
                [x = Saved(x)](const Tensor& g) { return g / square(abs(x) + 1); });
}

}  // namespace heed
