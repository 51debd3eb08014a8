// Linear: y = x·Wᵀ + b.
#pragma once

#include "heed/framework/nn/module.h"
#include "heed/modules/bias.h"

namespace heed {

/// x [..., in] → [..., out]. `weight` is [out, in] and `bias` [out], both uniform in ±1/√in at
/// first, as in PyTorch.
struct Linear : Layer<Linear> {
  Parameter weight;               ///< [out, in]
  std::optional<Parameter> bias;  ///< [out], or none
  /// Its result is what a block adds to its sequence: initialisation may scale it (init_scheme.h).
  bool ends_residual_branch = false;

  /// Throws ValueError unless both sizes are at least 1.
  Linear(const Slot& slot, int64_t in, int64_t out, Bias with_bias = Bias::learned);
  Tensor forward(const Tensor& x);  ///< [..., in] → [..., out]
};

}  // namespace heed
