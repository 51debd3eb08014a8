// Losses. PyTorch's semantics, but at infinities, where it has NaN, the limits: what has the share
// 0 of a loss, by its target or weight, counts nothing, and gradients are finite where limits are.
#pragma once

#include "heed/framework/tensor/tensor.h"

namespace heed {

/// How a loss joins its elements.
enum class Reduction {
  none,  ///< not at all: a loss for each
  mean,  ///< the mean of all; with weights, the weighted one
  sum,   ///< their sum
};

/// Options of the classification losses.
struct ClassLossOptions {
  Tensor weight = {};           ///< [C] or undefined: counts class c weight[c] times; a constant
  int64_t ignore_index = -100;  ///< positions with this target do not count
  Reduction reduction = Reduction::mean;  ///< the mean divides by the weights that count
  double label_smoothing = 0;  ///< cross_entropy only: mass shared evenly by all classes, [0, 1]
};

/// −input[target] of log-probabilities: input [C], [N, C] or [N, C, d…] with i64 targets [], [N] or
/// [N, d…].
Tensor nll_loss(const Tensor& input, const Tensor& target, const ClassLossOptions& options = {});

/// nll_loss of log_softmax(input): logits instead of log-probabilities. A target of input's dtype
/// and shape holds a probability for each class instead of an index: −Σ weight·target·log_softmax
/// over the classes, of which the mean is over all positions; both get gradients, and
/// ignore_index has no meaning.
Tensor cross_entropy(const Tensor& input, const Tensor& target,
                     const ClassLossOptions& options = {});

// Losses of input and target of one floating dtype, whose shapes broadcast; both get gradients.

/// (input − target)².
Tensor mse_loss(const Tensor& input, const Tensor& target, Reduction reduction = Reduction::mean);
/// |input − target|.
Tensor l1_loss(const Tensor& input, const Tensor& target, Reduction reduction = Reduction::mean);
/// ½d² where |d| = |input − target| ≤ delta, else delta·(|d| − ½delta); delta > 0. Huber 1964.
Tensor huber_loss(const Tensor& input, const Tensor& target, Reduction reduction = Reduction::mean,
                  double delta = 1);
/// ½d²/beta where |d| < beta, else |d| − ½beta; beta ≥ 0, and 0 is l1_loss.
Tensor smooth_l1_loss(const Tensor& input, const Tensor& target,
                      Reduction reduction = Reduction::mean, double beta = 1);
/// target·(log target − input) for log-probabilities `input`; with `log_target` the target is one
/// of log-probabilities, too. Where target is 0 the loss is 0. PyTorch's "batchmean" is the sum
/// divided by input.size(0).
Tensor kl_div(const Tensor& input, const Tensor& target, Reduction reduction = Reduction::mean,
              bool log_target = false);

/// What the elements of a binary_cross_entropy_with_logits count; each broadcasts to the target.
struct BinaryLossOptions {
  Tensor weight = {};                     ///< of elements, or undefined
  Tensor pos_weight = {};                 ///< of the positive term, or undefined
  Reduction reduction = Reduction::mean;  ///< of the elements
};
/// −(pos_weight·target·log σ(input) + (1 − target)·log σ(−input)) · weight, precise for every
/// logit. Input and target have one shape.
Tensor binary_cross_entropy_with_logits(const Tensor& input, const Tensor& target,
                                        const BinaryLossOptions& options = {});

}  // namespace heed
