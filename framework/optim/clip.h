// Gradient clipping.
#pragma once

#include <span>

#include "heed/framework/tensor/tensor.h"

namespace heed {

/// Scales all gradients by min(1, max_norm / norm), norm being the 2-norm of all together; returns
/// norm. Elements that several gradients share are scaled once. A gradient that is not finite
/// scales nothing. Pascanu, Mikolov & Bengio 2013. Throws ValueError unless max_norm > 0.
double clip_grad_norm(std::span<const Tensor> parameters, double max_norm);

/// The 2-norm of all gradients together: each parameter's in full, also where gradients share
/// memory, but a parameter that is given twice once. Infinite only if an element or the norm
/// itself is, not because squares are.
double grad_norm(std::span<const Tensor> parameters);

}  // namespace heed
