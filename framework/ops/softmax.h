// Softmax and its logarithm.
#pragma once

#include "heed/framework/tensor/tensor.h"

namespace heed {

/// exp(xᵢ) / Σⱼ exp(xⱼ) along `dim`, shifted by the maximum so that nothing overflows.
Tensor softmax(const Tensor& x, int64_t dim);
/// log softmax, without the loss of precision of taking both.
Tensor log_softmax(const Tensor& x, int64_t dim);

}  // namespace heed
