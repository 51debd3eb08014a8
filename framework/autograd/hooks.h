// Hooks on gradients.
#pragma once

#include <functional>

#include "heed/framework/base/hooks.h"
#include "heed/framework/tensor/tensor.h"

namespace heed {

/// Calls `hook` with the gradient of `x` whenever a sweep has completed it, before it flows on, is
/// stored or is returned. What it returns replaces the gradient, in the same shape and dtype; an
/// undefined tensor leaves it as it is. Throws GradientError unless `x` requires grad. If a hook
/// throws, the sweep ends and every `.grad` is as it was.
HookHandle register_hook(const Tensor& x, std::function<Tensor(const Tensor& gradient)> hook);

}  // namespace heed
