// LayerNorm: rows with mean 0 and variance 1, then scaled and shifted by what is learned.
#pragma once

#include <optional>

#include "heed/framework/nn/module.h"
#include "heed/modules/bias.h"

namespace heed {

/// x [..., width] → the same shape. `weight` [width] is initially 1 and `bias` [width] 0.
/// Ba, Kiros & Hinton 2016.
struct LayerNorm : Layer<LayerNorm> {
  Parameter weight;               ///< [width]
  std::optional<Parameter> bias;  ///< [width], or none
  const double eps;               ///< added to the variance

  /// Throws ValueError unless `width` is at least 1.
  LayerNorm(const Slot& slot, int64_t width, double eps = 1e-5, Bias with_bias = Bias::learned);
  Tensor forward(const Tensor& x);  ///< [..., width] → the same shape
};

}  // namespace heed
