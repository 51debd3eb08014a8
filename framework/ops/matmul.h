// Matrix products.
#pragma once

#include "heed/framework/tensor/tensor.h"

namespace heed {

/// a [batch…, M, K] @ b [batch…, K, N] → [batch…, M, N]; batch dimensions broadcast. A 1-d operand
/// is a row (left) or a column (right) whose dimension is removed, as in PyTorch. Transposed and
/// permuted operands are not copied.
Tensor matmul(const Tensor& a, const Tensor& b);

/// x [batch…, in] · weightᵀ + bias → [batch…, out], with weight [out, in] and bias [out] or
/// undefined. One product for the whole batch.
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias = Tensor());

/// [B, M, K] @ [B, K, N] → [B, M, N]; no broadcasting.
Tensor bmm(const Tensor& a, const Tensor& b);
/// beta·c + alpha·(a @ b) for a [M, K], b [K, N] and c broadcasting to [M, N].
Tensor addmm(const Tensor& c, const Tensor& a, const Tensor& b, double beta = 1, double alpha = 1);
/// beta·c + alpha·bmm(a, b), c broadcasting to [B, M, N].
Tensor baddbmm(const Tensor& c, const Tensor& a, const Tensor& b, double beta = 1,
               double alpha = 1);
/// a [M], b [N] → a bᵀ [M, N].
Tensor outer(const Tensor& a, const Tensor& b);

}  // namespace heed
