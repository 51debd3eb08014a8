// RMSNorm: rows with mean square 1, then scaled by what is learned.
#pragma once

#include <optional>

#include "heed/framework/nn/module.h"

namespace heed {

/// x [..., width] → the same shape. `weight` [width] is initially 1. Without eps it is the dtype's
/// machine epsilon, as in PyTorch. Zhang & Sennrich 2019.
struct RMSNorm : Layer<RMSNorm> {
  Parameter weight;                 ///< [width]
  const std::optional<double> eps;  ///< added to the mean square; none: the dtype's epsilon

  /// Throws ValueError unless `width` is at least 1.
  RMSNorm(const Slot& slot, int64_t width, std::optional<double> eps = {});
  Tensor forward(const Tensor& x);  ///< [..., width] → the same shape
};

}  // namespace heed
