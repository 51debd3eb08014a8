// Decompositions of matrices [batch…, M, N], f32 and f64, as in torch.linalg. Where a
// decomposition leaves signs open (columns of u with rows of vh, eigenvectors), the first component
// of at least half the size of the largest one is positive. A NaN or an infinity is a ValueError,
// and so is a gradient that does not exist because the decomposition is not unique.
#pragma once

#include <string_view>

#include "heed/framework/tensor/tensor.h"

namespace heed {

/// A = u·diag(s)·vh, the singular value decomposition.
struct Svd {
  Tensor u;   ///< [batch…, M, K] with K = min(M, N); [batch…, M, M] if full
  Tensor s;   ///< [batch…, K], descending, none negative
  Tensor vh;  ///< [batch…, K, N]; [batch…, N, N] if full
};
/// a = u · diag(s) · vh with orthonormal columns of u and rows of vh. The gradient of s always
/// exists, that of u and vh where no two values of s are equal and, unless M = N, none is 0;
/// columns and rows beyond K are constants, as in PyTorch. Townsend 2016.
Svd svd(const Tensor& a, bool full_matrices = true);
/// The singular values alone, [batch…, K].
Tensor svdvals(const Tensor& a);

/// A = vectors·diag(values)·vectorsᵀ, of symmetric matrices.
struct Eigh {
  Tensor values;   ///< [batch…, N], ascending
  Tensor vectors;  ///< [batch…, N, N]: column i belongs to value i
};
/// a = vectors · diag(values) · vectorsᵀ of symmetric matrices, of which the triangle `UPLO` is
/// read: "L" or "U". The gradient is that of a symmetric matrix, so it is symmetric; that of
/// vectors exists where no two values are equal. Magnus 1985.
Eigh eigh(const Tensor& a, std::string_view UPLO = "L");

/// A = q·r.
struct Qr {
  Tensor q;  ///< [batch…, M, K] with orthonormal columns; [batch…, M, M] if complete; [0] if "r"
  Tensor r;  ///< [batch…, K, N]; [batch…, M, N] if complete; zero below the diagonal
};
/// a = q · r by Householder reflections; `mode` is "reduced", "complete" or "r". The gradient
/// exists if the first K columns are independent, but not of "complete" with M > N: GradientError.
/// Walter and Lehmann 2010; Roberts and Roberts 2020.
Qr qr(const Tensor& a, std::string_view mode = "reduced");

/// The inverses of square matrices [batch…, N, N]. Throws ValueError if one is singular.
Tensor inv(const Tensor& a);

}  // namespace heed
