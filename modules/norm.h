// The norms that a transformer can be built with.
#pragma once

#include <functional>

#include "heed/framework/nn/any_module.h"
#include "heed/modules/bias.h"

namespace heed {

struct NormOptions {
  int64_t width;
  double eps = 1e-5;
  Bias bias = Bias::learned;  ///< where the norm can have one
};

/// Makes a norm, [..., width] → the same shape, in the slot it is given.
using NormFactory = std::function<AnyTensorModule(const Slot& slot, const NormOptions& options)>;

AnyTensorModule make_layer_norm(const Slot& slot, const NormOptions& options);
AnyTensorModule make_rms_norm(const Slot& slot, const NormOptions& options);

}  // namespace heed
