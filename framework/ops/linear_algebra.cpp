#include "heed/framework/ops/linear_algebra.h"

#include <array>

#include "heed/framework/autograd/record.h"
#include "heed/framework/kernels/decompositions/decompositions.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/matmul.h"
#include "heed/framework/ops/rearrange.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"

namespace heed {
namespace {

void check_matrices(const char* op, const Tensor& a) {
  check_floating(op, a.dtype());
  if (a.dim() < 2) throw ShapeError(op, ": needs matrices [batch…, M, N], not ", a.shape());
}

void check_square(const char* op, const Tensor& a) {
  check_matrices(op, a);
  if (a.shape()[a.dim() - 1] == a.shape()[a.dim() - 2]) return;
  throw ShapeError(op, ": needs square matrices, not ", a.shape());
}

/// An op has one output: several matrices [batch…, rows, cols] as one [batch…, elements].
using Sizes = std::array<int64_t, 2>;

Tensor pack(const std::vector<Tensor>& parts) {
  std::vector<Tensor> flat;
  for (const Tensor& part : parts) flat.push_back(flatten(part, -2, -1));
  return cat(flat, -1);
}

std::vector<Tensor> unpack(const Tensor& packed, const std::vector<Sizes>& sizes) {
  std::vector<Tensor> parts;
  int64_t start = 0;
  for (const auto [rows, cols] : sizes) {
    parts.push_back(unflatten(narrow(packed, -1, start, rows * cols), -1, {rows, cols}));
    start += rows * cols;
  }
  return parts;
}

Tensor mT(const Tensor& x) {
  return transpose(x, -2, -1);
}

/// x / denominators, and 0 for 0 / 0: what is not asked for needs no distinct values.
Tensor quotient(const Tensor& x, const Tensor& denominators) {
  const Tensor is_unasked =
      where(eq(denominators, 0), where(eq(x, 0), 1.0, denominators), denominators);
  return x / is_unasked;
}

/// [batch…, K] on the diagonals of [batch…, K, K].
Tensor on_diagonal(const Tensor& values, const Tensor& beside) {
  const Tensor one = eye(beside.shape()[beside.dim() - 1], beside.dtype());
  return where(eq(one, 1), unsqueeze(values, -1), beside);
}

/// The gradient of a from those of u, s and vh, all with K columns or rows.
Tensor svd_backward(const std::vector<Tensor>& g, const std::vector<Tensor>& y) {
  const Tensor &u = y[0], &vh = y[2], s = squeeze(y[1], -2);
  const int64_t m = u.shape()[u.dim() - 2], n = vh.shape()[vh.dim() - 1];
  const Tensor row = y[1], column = unsqueeze(s, -1);
  const Tensor gaps = (row - column) * (row + column);
  const auto skew = [](const Tensor& x) { return x - mT(x); };
  const Tensor left = quotient(skew(matmul(mT(u), g[0])), gaps) * row;
  const Tensor right = column * quotient(skew(matmul(vh, mT(g[2]))), gaps);
  const Tensor inner = on_diagonal(squeeze(g[1], -2), left + right);
  Tensor result = matmul(matmul(u, inner), vh);
  if (m > n) {
    const Tensor outside = g[0] - matmul(u, matmul(mT(u), g[0]));
    result = result + matmul(quotient(outside, expand(row, outside.shape())), vh);
  } else if (m < n) {
    const Tensor outside = g[2] - matmul(matmul(g[2], mT(vh)), vh);
    result = result + matmul(u, quotient(outside, expand(column, outside.shape())));
  }
  return result;
}

/// The gradient of a from those of values and vectors.
Tensor eigh_backward(const std::vector<Tensor>& g, const std::vector<Tensor>& y) {
  const Tensor& vectors = y[1];
  const Tensor inner = matmul(mT(vectors), g[1]);
  const Tensor gaps = y[0] - mT(y[0]);
  const Tensor rotation = quotient((inner - mT(inner)) * 0.5, gaps);
  return matmul(matmul(vectors, on_diagonal(squeeze(g[0], -2), rotation)), mT(vectors));
}

/// For M ≥ N. With m = r·g_rᵀ − g_qᵀ·q, and l that has m's lower triangle on both sides:
/// (g_q + q·l) · r⁻ᵀ.
Tensor tall_qr_backward(const Tensor& gq, const Tensor& gr, const Tensor& q, const Tensor& r) {
  const Tensor m = matmul(r, mT(gr)) - matmul(mT(gq), q);
  const Tensor both = tril(m) + mT(tril(m, -1));
  return matmul(gq + matmul(q, both), mT(inv(r)));
}

/// For M < N, where a = [x, z] and r = [rₓ, qᵀz]: z has the gradient q·g, and q gets z·gᵀ from it.
Tensor qr_backward(const std::vector<Tensor>& g, const std::vector<Tensor>& y) {
  const Tensor &gq = g[0], &gr = g[1], &q = y[0], &r = y[1];
  const int64_t m = q.shape()[q.dim() - 2], n = r.shape()[r.dim() - 1];
  if (m >= n) return tall_qr_backward(gq, gr, q, r);
  const Tensor g_rest = narrow(gr, -1, m, n - m);
  const Tensor rest = matmul(q, narrow(r, -1, m, n - m));
  const Tensor gx = tall_qr_backward(gq + matmul(rest, mT(g_rest)), triu(narrow(gr, -1, 0, m)), q,
                                     narrow(r, -1, 0, m));
  return cat({gx, matmul(q, g_rest)}, -1);
}

/// Records the parts, [batch…, rows, cols] each, as the results of `op` on `a`.
template <class Backward>
std::vector<Tensor> record_parts(const char* op, const std::vector<Tensor>& parts, const Tensor& a,
                                 const Backward& backward) {
  std::vector<Sizes> sizes;
  for (const Tensor& part : parts) {
    sizes.push_back({part.shape()[part.dim() - 2], part.shape()[part.dim() - 1]});
  }
  return unpack(record(op, pack(parts), a,
                       [sizes, backward](const Tensor& g, const Tensor& y) {
                         return backward(unpack(g, sizes), unpack(y, sizes));
                       }),
                sizes);
}

}  // namespace

Svd svd(const Tensor& a, bool full_matrices) {
  check_matrices("svd", a);
  const auto [u, s, vh] = kernels::svd(a, full_matrices);
  const int64_t k = s.shape()[s.dim() - 1];
  const int64_t m = a.shape()[a.dim() - 2], n = a.shape()[a.dim() - 1];
  const auto parts = record_parts(
      "svd", {narrow(u, -1, 0, k), unsqueeze(s, -2), narrow(vh, -2, 0, k)}, a, svd_backward);
  Svd result{parts[0], squeeze(parts[1], -2), parts[2]};
  if (full_matrices && m > k) result.u = cat({result.u, narrow(u, -1, k, m - k)}, -1);
  if (full_matrices && n > k) result.vh = cat({result.vh, narrow(vh, -2, k, n - k)}, -2);
  return result;
}

Tensor svdvals(const Tensor& a) {
  check_matrices("svdvals", a);
  return svd(a, false).s;
}

Eigh eigh(const Tensor& a, std::string_view UPLO) {
  check_square("eigh", a);
  if (UPLO != "L" && UPLO != "U") {
    throw ValueError("eigh: UPLO is \"L\" or \"U\", the triangle that is read, not \"", UPLO, "\"");
  }
  const auto [values, vectors] = kernels::eigh(a, UPLO == "U");
  const auto parts = record_parts("eigh", {unsqueeze(values, -2), vectors}, a, eigh_backward);
  return {squeeze(parts[0], -2), parts[1]};
}

Qr qr(const Tensor& a, std::string_view mode) {
  check_matrices("qr", a);
  if (mode != "reduced" && mode != "complete" && mode != "r") {
    throw ValueError("qr: mode is \"reduced\", \"complete\" or \"r\", not \"", mode, "\"");
  }
  const bool is_complete = mode == "complete";
  const auto [q, r] = kernels::qr(a, is_complete);
  const bool is_unique = !is_complete || a.shape()[a.dim() - 2] <= a.shape()[a.dim() - 1];
  const auto parts = record_parts(
      "qr", {q, r}, a, [is_unique](const std::vector<Tensor>& g, const std::vector<Tensor>& y) {
        if (is_unique) return qr_backward(g, y);
        throw GradientError(
            "qr: there is no gradient in mode \"complete\" for more rows than columns: the last "
            "columns of q are not unique; use \"reduced\"");
      });
  return {mode == "r" ? narrow(flatten(parts[0]), 0, 0, 0) : parts[0], parts[1]};
}

Tensor inv(const Tensor& a) {
  check_square("inv", a);
  return record("inv", kernels::inv(a), a, [](const Tensor& g, const Tensor& y) {
    return -matmul(mT(y), matmul(g, mT(y)));  // d(a⁻¹) = −a⁻¹ da a⁻¹
  });
}

}  // namespace heed
