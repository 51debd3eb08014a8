// Row-wise softmax on strided memory.
#pragma once

#include "heed/framework/tensor/tensor.h"

namespace heed::kernels {

/// exp(x − max) / Σ exp(x − max) along `dim`, in a new tensor. A row of −Inf gives NaN, as in
/// PyTorch; masked attention has its own rule.
Tensor softmax(const Tensor& x, int64_t dim);
/// The same over what the bool `blocked` (of x's shape) leaves; blocked elements are 0.
Tensor masked_softmax(const Tensor& x, const Tensor& blocked, int64_t dim);
/// x − max − log Σ exp(x − max) along `dim`, in a new tensor.
Tensor log_softmax(const Tensor& x, int64_t dim);

/// The gradient of softmax, y∘(g − Σ g∘y), from its result y.
Tensor softmax_backward(const Tensor& g, const Tensor& y, int64_t dim);
/// The same where y is 0 whatever x was: blocked elements of g have no influence.
Tensor masked_softmax_backward(const Tensor& g, const Tensor& y, const Tensor& blocked,
                               int64_t dim);
/// The gradient of log_softmax, g − exp(y)·Σ g.
Tensor log_softmax_backward(const Tensor& g, const Tensor& y, int64_t dim);

}  // namespace heed::kernels
