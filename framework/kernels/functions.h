// Functions of one or two elements on strided memory; results are new and row-major.
#pragma once

#include <optional>

#include "heed/framework/tensor/tensor.h"

namespace heed::kernels {

Tensor exp(const Tensor& x);
Tensor expm1(const Tensor& x);
Tensor log(const Tensor& x);
Tensor log1p(const Tensor& x);
Tensor sqrt(const Tensor& x);
Tensor rsqrt(const Tensor& x);
Tensor reciprocal(const Tensor& x);
Tensor sin(const Tensor& x);
Tensor cos(const Tensor& x);
Tensor tanh(const Tensor& x);
Tensor erf(const Tensor& x);
Tensor floor(const Tensor& x);
/// Halves go to the even neighbour.
Tensor round(const Tensor& x);
Tensor abs(const Tensor& x);
/// −1, 0 or 1; 0 for NaN, as in PyTorch.
Tensor sign(const Tensor& x);
/// min(max(x, low), high), so `high` wins when they cross; NaN stays NaN, as
/// does all beside a bound of NaN. A bound may be left out.
Tensor clamp(const Tensor& x, std::optional<double> low, std::optional<double> high);
/// The larger one; NaN if either is.
Tensor maximum(const Tensor& a, const Tensor& b);
/// The smaller one; NaN if either is.
Tensor minimum(const Tensor& a, const Tensor& b);

Tensor relu(const Tensor& x);
Tensor sigmoid(const Tensor& x);
/// x·sigmoid(x).
Tensor silu(const Tensor& x);
/// log sigmoid(x) = min(x, 0) − log1p(exp(−|x|)).
Tensor log_sigmoid(const Tensor& x);
/// log(1 + exp(beta·x)) / beta, and x where beta·x > threshold.
Tensor softplus(const Tensor& x, double beta, double threshold);
/// x where positive, else alpha·(exp(x) − 1).
Tensor elu(const Tensor& x, double alpha);
/// x where positive, else slope·x.
Tensor leaky_relu(const Tensor& x, double slope);
/// x·Φ(x), Φ being the normal distribution function.
Tensor gelu(const Tensor& x);
/// ½x·(1 + tanh(√(2/π)·(x + 0.044715x³))).
Tensor gelu_tanh(const Tensor& x);

// The gradient of an input of these, from g, that of the output, in one pass: all of one shape.
Tensor relu_backward(const Tensor& g, const Tensor& y);
Tensor sigmoid_backward(const Tensor& g, const Tensor& y);
Tensor tanh_backward(const Tensor& g, const Tensor& y);
Tensor silu_backward(const Tensor& g, const Tensor& x);
Tensor gelu_backward(const Tensor& g, const Tensor& x);
Tensor gelu_tanh_backward(const Tensor& g, const Tensor& x);

}  // namespace heed::kernels
