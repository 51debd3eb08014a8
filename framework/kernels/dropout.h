// Dropout by the counter-based generator.
#pragma once

#include "heed/framework/base/random.h"
#include "heed/framework/tensor/tensor.h"

namespace heed::kernels {

/// Element i (row-major) is 0 if word i of `stream`, as a uniform number, is below `p`, else
/// x / (1 − p). The same zeros in f32 and f64.
Tensor dropout(const Tensor& x, double p, RandomStream stream);

}  // namespace heed::kernels
