// Naive references for framework/ops/loss.h. Names, defaults and edge cases are PyTorch's: a mean
// over nothing is NaN.
#pragma once

#include <optional>

#include "heed/tests/support/case/nd_array.h"

namespace heed::reference {

enum class Reduction { none, mean, sum };

/// The losses, their sum, or their sum over `divisor`.
NdArray reduced(const NdArray& losses, Reduction reduction, double divisor);

/// `input` is [C] with a 0-d target, [N, C] with [N], or [N, C, d1, …] with [N, d1, …] and holds
/// log-probabilities. `weight` [C] scales each class; the mean divides by the sum of the weights
/// of the targets that are not `ignore_index`.
NdArray nll_loss(const NdArray& input, const NdArray& target,
                 const std::optional<NdArray>& weight = std::nullopt, int64_t ignore_index = -100,
                 Reduction reduction = Reduction::mean);

/// As `nll_loss` of the log-softmax over the classes. With label smoothing s the target
/// distribution is (1 - s)·one_hot + s/C; the weight of every class then enters the smooth part,
/// while the mean still divides by the weights of the targets alone.
NdArray cross_entropy(const NdArray& input, const NdArray& target,
                      const std::optional<NdArray>& weight = std::nullopt,
                      int64_t ignore_index = -100, Reduction reduction = Reduction::mean,
                      double label_smoothing = 0.0);

/// The same with a probability for each class as target, of the shape of `input`; the mean is over
/// all positions.
NdArray soft_cross_entropy(const NdArray& input, const NdArray& target,
                           const std::optional<NdArray>& weight, Reduction reduction,
                           double label_smoothing);

/// Shapes broadcast.
NdArray mse_loss(const NdArray& input, const NdArray& target,
                 Reduction reduction = Reduction::mean);

}  // namespace heed::reference
