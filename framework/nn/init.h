// Initializers. A weight of shape [out, in] has fan_in = in and fan_out = out.
#pragma once

#include "heed/framework/nn/module.h"

namespace heed::init {

/// All 0.
Initializer zeros();
/// All 1.
Initializer ones();
/// All `value`.
Initializer constant(double value);
/// Uniform in [−bound, bound).
Initializer uniform(double bound);
/// Normal with mean 0.
Initializer normal(double standard_deviation);
/// Uniform with bound gain·√(6 / (fan_in + fan_out)). Glorot & Bengio 2010.
Initializer xavier_uniform(double gain = 1);
/// Normal with deviation gain·√(2 / (fan_in + fan_out)).
Initializer xavier_normal(double gain = 1);
/// Uniform with bound gain·√(3 / fan_in). He et al. 2015; gain √2 for ReLU.
Initializer kaiming_uniform(double gain);
/// Normal with deviation gain / √fan_in.
Initializer kaiming_normal(double gain);
/// Orthonormal rows or columns (whichever are fewer), times gain. Saxe et al. 2013.
Initializer orthogonal(double gain = 1);

}  // namespace heed::init
