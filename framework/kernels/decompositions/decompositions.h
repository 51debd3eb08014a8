// Decompositions of matrices [batch…, M, N], f32 or f64. Each matrix is computed by one thread, so
// the bits do not depend on their number.
#pragma once

#include "heed/framework/tensor/tensor.h"

namespace heed::kernels {

// All throw ValueError naming the op and the matrix if an element is not finite, or if the
// iteration does not converge.

struct SvdResult {
  Tensor u;   ///< [batch…, M, K], K = min(M, N); [batch…, M, M] if full
  Tensor s;   ///< [batch…, K], descending
  Tensor vh;  ///< [batch…, K, N]; [batch…, N, N] if full
};
/// a = u · diag(s) · vh. In each column of u the first component of at least half the size of the
/// largest one is positive.
SvdResult svd(const Tensor& a, bool full);

struct EighResult {
  Tensor values;   ///< [batch…, N], ascending
  Tensor vectors;  ///< [batch…, N, N]: column i belongs to value i, with the sign rule of svd
};
/// Of symmetric matrices, of which the upper or the lower triangle is read.
EighResult eigh(const Tensor& a, bool upper);

struct QrResult {
  Tensor q;  ///< [batch…, M, K]; [batch…, M, M] if full
  Tensor r;  ///< [batch…, K, N] or [batch…, M, N], zero below the diagonal
};
/// a = q · r by Householder reflections.
QrResult qr(const Tensor& a, bool full);

/// The inverses of square matrices. ValueError also if one is singular.
Tensor inv(const Tensor& a);

}  // namespace heed::kernels
