// Random ops: their numbers come from a stream, so backward draws them again instead of storing.
#pragma once

#include "heed/framework/base/random.h"
#include "heed/framework/tensor/tensor.h"

namespace heed {

/// Each element is 0 with probability `p`, else x / (1 − p). Element i (row-major) is decided by
/// word i of `stream`. Srivastava et al. 2014. Throws ValueError unless 0 ≤ p ≤ 1.
Tensor dropout(const Tensor& x, double p, RandomStream stream);

}  // namespace heed
