// Dropout as a module: active in training, with numbers that belong to its place and step.
#pragma once

#include "heed/framework/nn/module.h"

namespace heed {

/// In training each element is 0 with probability `p`, else scaled by 1 / (1 − p); in evaluation
/// x itself. Draws from the running RandomScope at this module's path.
struct Dropout : Layer<Dropout> {
  const double p;  ///< in [0, 1]

  /// Throws ValueError unless 0 ≤ p ≤ 1.
  Dropout(const Slot& slot, double p);
  Tensor forward(const Tensor& x);  ///< [...] → the same shape
};

}  // namespace heed
