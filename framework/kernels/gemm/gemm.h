// Batched matrix products on strided memory: block.h, and blas.h for a few rows.
#pragma once

#include "heed/framework/tensor/tensor.h"

namespace heed::kernels {

/// a [batch…, M, K] @ b [batch…, K, N] → new [batch…, M, N], for f32 and f64. Both have the same
/// batch sizes; an operand that is shared is expanded there (stride 0). Transposed and permuted
/// operands are read in place; only a matrix without a unit stride is copied. The work is cut into
/// pieces by its shape alone, so the bits do not depend on the number of threads.
Tensor gemm(const Tensor& a, const Tensor& b);

/// x [batch…, in] · weightᵀ + bias → new [batch…, out], as one product over all rows; weight is
/// [out, in], bias [out] or undefined.
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias);

}  // namespace heed::kernels
