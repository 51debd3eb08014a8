// Matrix products.
#pragma once

#include "heed/framework/tensor/tensor.h"

namespace heed {

/// a [batch…, M, K] @ b [batch…, K, N] → [batch…, M, N]; batch dimensions broadcast. A 1-d operand
/// is a row (left) or a column (right) whose dimension goes away, as in PyTorch. Transposed and
/// permuted operands are not copied.
Tensor matmul(const Tensor& a, const Tensor& b);

/// x [batch…, in] · weightᵀ + bias → [batch…, out], with weight [out, in] and bias [out] or
/// undefined. One product for the whole batch.
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias = Tensor());

}  // namespace heed
