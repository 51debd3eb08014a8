// Optimizer steps: one pass over a parameter, its gradient and its state, all dense and row-major.
#pragma once

#include <span>

#include "heed/framework/tensor/tensor.h"

namespace heed::kernels {

struct SgdStep {
  double momentum, dampening;
  bool nesterov;
};
struct SgdItem {
  Tensor parameter, gradient;
  Tensor buffer;  ///< undefined without momentum
  bool first;     ///< the buffer holds nothing yet
  double lr, weight_decay;
};
/// g += weight_decay·p; buffer = momentum·buffer + (1 − dampening)·g (g itself on the first step);
/// p −= lr·(nesterov ? g + momentum·buffer : buffer). All items in one parallel loop.
void sgd_step_(std::span<const SgdItem> items, const SgdStep& step);

struct AdamStep {
  double beta1, beta2, eps;
  bool decoupled;  ///< AdamW: the decay shrinks the parameter instead of joining the gradient
};
struct AdamItem {
  Tensor parameter, gradient, m, v;
  int64_t t;  ///< its step, from 1 on
  double lr, weight_decay;
};
/// m = β₁m + (1 − β₁)g; v = β₂v + (1 − β₂)g²; p −= lr·m̂ / (√v̂ + eps), where m̂ = m/(1 − β₁ᵗ) and
/// v̂ = v/(1 − β₂ᵗ). All items in one parallel loop.
void adam_step_(std::span<const AdamItem> items, const AdamStep& step);

}  // namespace heed::kernels
