// Optimizer steps: one pass over a parameter, its gradient and its state, all dense and row-major.
// Factors that f32 cannot hold count in full: such steps are computed in f64. Where a denominator
// is 0, as with eps = 0 before the first gradient, nothing moves.
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
  Tensor v_max = {};  ///< undefined without amsgrad
};
/// m = β₁m + (1 − β₁)g; v = β₂v + (1 − β₂)g²; p −= lr·m̂ / (√v̂ + eps), where m̂ = m/(1 − β₁ᵗ) and
/// v̂ = v/(1 − β₂ᵗ), or with amsgrad v_max/(1 − β₂ᵗ), the largest v so far. All items in one
/// parallel loop.
void adam_step_(std::span<const AdamItem> items, const AdamStep& step);

struct RmspropStep {
  double alpha, eps, momentum;
};
struct RmspropItem {
  Tensor parameter, gradient, square;
  Tensor mean;    ///< of the gradients; undefined unless centered
  Tensor buffer;  ///< undefined without momentum
  double lr, weight_decay;
};
/// g += weight_decay·p; square = alpha·square + (1 − alpha)g², mean likewise of g;
/// buffer = momentum·buffer + g / (√(square − mean²) + eps); p −= lr·buffer. All items in one
/// parallel loop.
void rmsprop_step_(std::span<const RmspropItem> items, const RmspropStep& step);

struct AdagradItem {
  Tensor parameter, gradient, sum;
  double lr, weight_decay;
};
/// g += weight_decay·p; sum += g²; p −= lr·g / (√sum + eps). All items in one parallel loop.
void adagrad_step_(std::span<const AdagradItem> items, double eps);

struct LionStep {
  double beta1, beta2;
};
struct LionItem {
  Tensor parameter, gradient, m;
  double lr, weight_decay;
};
/// p −= lr·(sign(β₁m + (1 − β₁)g) + weight_decay·p); m = β₂m + (1 − β₂)g. All items in one parallel
/// loop.
void lion_step_(std::span<const LionItem> items, const LionStep& step);

}  // namespace heed::kernels
