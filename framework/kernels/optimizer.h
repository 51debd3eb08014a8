// Optimizer steps: one pass over a parameter, its gradient and its state, all dense and row-major.
#pragma once

#include "heed/framework/tensor/tensor.h"

namespace heed::kernels {

struct SgdStep {
  double lr, momentum, dampening, weight_decay;
  bool nesterov;
  bool first;  ///< the momentum buffer holds nothing yet
};
/// g += weight_decay·p; buffer = momentum·buffer + (1 − dampening)·g (g itself on the first step);
/// p −= lr·(nesterov ? g + momentum·buffer : buffer). Without momentum `buffer` may be undefined.
void sgd_step_(const Tensor& parameter, const Tensor& gradient, const Tensor& buffer,
               const SgdStep& step);

struct AdamStep {
  double lr, beta1, beta2, eps, weight_decay;
  bool decoupled;      ///< AdamW: the decay shrinks the parameter instead of joining the gradient
  double correction1;  ///< 1 − beta1^t
  double correction2;  ///< 1 − beta2^t
};
/// m = β₁m + (1 − β₁)g; v = β₂v + (1 − β₂)g²; p −= lr·(m/correction1) / (√(v/correction2) + eps).
void adam_step_(const Tensor& parameter, const Tensor& gradient, const Tensor& m, const Tensor& v,
                const AdamStep& step);

/// Σ x².
double square_sum(const Tensor& x);

}  // namespace heed::kernels
