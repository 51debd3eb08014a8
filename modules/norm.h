// The norms that a transformer can be built with.
#pragma once

#include <functional>

#include "heed/framework/nn/any_module.h"
#include "heed/modules/bias.h"

namespace heed {

/// What every norm of a block is made with.
struct NormOptions {
  int64_t width;              ///< of the rows
  double eps = 1e-5;          ///< added to the variance or to the mean square
  Bias bias = Bias::learned;  ///< where the norm can have one
};

/// Makes a norm, [..., width] → the same shape, in the slot it is given.
using NormFactory = std::function<AnyTensorModule(const Slot& slot, const NormOptions& options)>;

/// A LayerNorm.
AnyTensorModule make_layer_norm(const Slot& slot, const NormOptions& options);
/// An RMSNorm, which has no bias.
AnyTensorModule make_rms_norm(const Slot& slot, const NormOptions& options);

}  // namespace heed
