// Gradient clipping.
#pragma once

#include <span>

#include "heed/framework/tensor/tensor.h"

namespace heed {

/// Scales all gradients by min(1, max_norm / norm), norm being the 2-norm of all together; returns
/// norm. A non-finite norm scales nothing. Pascanu, Mikolov & Bengio 2013. Throws ValueError unless
/// max_norm > 0 and no gradient is given twice; then nothing is scaled.
double clip_grad_norm(std::span<const Tensor> parameters, double max_norm);

/// The 2-norm of all gradients together.
double grad_norm(std::span<const Tensor> parameters);

}  // namespace heed
