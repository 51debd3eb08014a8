// Activations, with PyTorch's names and defaults.
#pragma once

#include "heed/framework/tensor/tensor.h"

namespace heed {

Tensor relu(const Tensor& x);  ///< max(x, 0), with derivative 0 at 0
/// relu(x)². So et al. 2021.
Tensor relu_squared(const Tensor& x);
/// cap·tanh(x / cap), in (−cap, cap) and near x for small x; cap > 0. Bello et al. 2016, Gemma 2.
Tensor soft_cap(const Tensor& x, double cap);
Tensor sigmoid(const Tensor& x);  ///< 1 / (1 + exp(−x))
Tensor silu(const Tensor& x);     ///< x·sigmoid(x)
/// log sigmoid(x), precise for every x.
Tensor log_sigmoid(const Tensor& x);
Tensor logsigmoid(const Tensor& x);  ///< log_sigmoid by the name that PyTorch's function has
/// log(1 + exp(beta·x)) / beta; x itself where beta·x > threshold.
Tensor softplus(const Tensor& x, double beta = 1, double threshold = 20);
/// x where positive, else slope·x. Maas, Hannun & Ng 2013.
Tensor leaky_relu(const Tensor& x, double negative_slope = 0.01);
/// x where positive, else alpha·(exp(x) − 1). Clevert, Unterthiner & Hochreiter 2015.
Tensor elu(const Tensor& x, double alpha = 1);

/// x·tanh(softplus(x)). Misra 2019.
Tensor mish(const Tensor& x);
/// min(max(x + 3, 0), 6) / 6, with derivative 0 at −3 and 3. Howard et al. 2019.
Tensor hardsigmoid(const Tensor& x);
Tensor hardswish(const Tensor& x);  ///< x·hardsigmoid(x). Howard et al. 2019.
Tensor softsign(const Tensor& x);   ///< x / (1 + |x|), ±1 at ±∞. Bergstra et al. 2009.

/// How `gelu` computes the normal distribution function.
enum class GeluApproximation {
  none,  ///< exactly, by erf
  tanh,  ///< by the formula below, as GPT-2 does
};
/// x·Φ(x); with `tanh`, ½x·(1 + tanh(√(2/π)·(x + 0.044715x³))). Hendrycks & Gimpel 2016.
Tensor gelu(const Tensor& x, GeluApproximation approximate = GeluApproximation::none);

}  // namespace heed
