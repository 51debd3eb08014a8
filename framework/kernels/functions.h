// Functions of each element on strided memory; results are new and row-major.
#pragma once

#include <optional>

#include "heed/framework/tensor/tensor.h"

namespace heed::kernels {

/// Functions of one floating number. To add one: an enumerator here, and its name and formula in
/// functions.cpp.
enum class Unary {
  exp,
  exp2,
  expm1,
  log,
  log2,
  log10,
  log1p,
  sqrt,
  rsqrt,
  reciprocal,
  sin,
  cos,
  tan,
  asin,
  acos,
  atan,
  sinh,
  cosh,
  tanh,
  asinh,
  acosh,
  atanh,
  erf,
  floor,
  ceil,
  trunc,
  round,  ///< halves go to the even neighbour
  relu,
  sigmoid,
  log_sigmoid,
  silu,       ///< x·sigmoid(x)
  gelu,       ///< x·Φ(x), Φ being the normal distribution function
  gelu_tanh,  ///< ½x·(1 + tanh(√(2/π)·(x + 0.044715x³)))
  mish,       ///< x·tanh(log(1 + exp(x)))
};
/// f(x) in the dtype of x. Throws DTypeError naming the function unless x is f32 or f64.
Tensor unary(Unary function, const Tensor& x);

/// Gradients of functions in one pass, g · f′, from what a pullback saved: y = f(x) or x.
enum class UnaryBackward {
  relu_from_y,
  sigmoid_from_y,
  tanh_from_y,
  silu_from_x,
  gelu_from_x,
  gelu_tanh_from_x,
};
/// The gradient of the input from `g`, that of the output: floating, all of one shape.
Tensor unary_backward(UnaryBackward function, const Tensor& g, const Tensor& saved);
template <UnaryBackward function>
Tensor unary_backward(const Tensor& g, const Tensor& saved) {
  return unary_backward(function, g, saved);
}

// Functions of floating numbers with parameters.

/// log(1 + exp(beta·x)) / beta, and x where beta·x > threshold.
Tensor softplus(const Tensor& x, double beta, double threshold);
/// x where positive, else alpha·(exp(x) − 1).
Tensor elu(const Tensor& x, double alpha);
/// x where positive, else slope·x.
Tensor leaky_relu(const Tensor& x, double slope);

/// The largest power of two that is not above x, to divide by without rounding; 1 where x is not
/// finite or not positive.
Tensor power_of_two(const Tensor& x);

// Functions of two floating numbers, of tensors of one shape and dtype.

/// The angle of the point (x, y), in [−π, π].
Tensor atan2(const Tensor& y, const Tensor& x);
/// log(exp(a) + exp(b)); equal infinities give that infinity.
Tensor logaddexp(const Tensor& a, const Tensor& b);

// Functions of numbers: f32, f64 and i64.

Tensor abs(const Tensor& x);
/// −1, 0 or 1; 0 for NaN, as in PyTorch.
Tensor sign(const Tensor& x);
/// min(max(x, low), high), so `high` wins when they cross; NaN stays NaN, as
/// does all except a bound of NaN. A bound may be left out.
Tensor clamp(const Tensor& x, std::optional<double> low, std::optional<double> high);

/// NaN and the infinities replaced, those left out by the largest and the least number of the
/// dtype. Of any dtype: integers and bools are copied.
Tensor nan_to_num(const Tensor& x, double nan, std::optional<double> positive_infinity,
                  std::optional<double> negative_infinity);

}  // namespace heed::kernels
