// Losses. PyTorch's semantics.
#pragma once

#include "heed/framework/tensor/tensor.h"

namespace heed {

/// How a loss joins its elements.
enum class Reduction { none, mean, sum };

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

/// nll_loss of log_softmax(input): logits instead of log-probabilities.
Tensor cross_entropy(const Tensor& input, const Tensor& target,
                     const ClassLossOptions& options = {});

/// (input − target)².
Tensor mse_loss(const Tensor& input, const Tensor& target, Reduction reduction = Reduction::mean);

}  // namespace heed
