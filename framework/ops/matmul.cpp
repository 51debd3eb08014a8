#include "heed/framework/ops/matmul.h"

#include "heed/framework/autograd/record.h"
#include "heed/framework/kernels/gemm/gemm.h"
#include "heed/framework/ops/broadcast.h"
#include "heed/framework/ops/check.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"

namespace heed {
namespace {

/// [batch…, width] as [rows, width].
Tensor as_rows(const Tensor& x) {
  const int64_t width = x.size(-1);
  int64_t rows = 1;
  for (int64_t d = 0; d < x.dim() - 1; ++d) rows *= x.shape()[d];
  return reshape(x, {rows, width});
}

/// Matrices with equal batch dimensions.
Tensor batched(const Tensor& a, const Tensor& b) {
  return record("matmul", kernels::gemm(a, b),
                {{a, [b = Saved(b)](const Tensor& g) { return matmul(g, transpose(b, -2, -1)); }},
                 {b, [a = Saved(a)](const Tensor& g) { return matmul(transpose(a, -2, -1), g); }}});
}

void check_ranks(const char* op, const Tensor& a, const Tensor& b, int64_t rank) {
  if (a.dim() == rank && b.dim() == rank) return;
  throw ShapeError(op, ": needs two ", rank, "-d tensors, got ", a.shape(), " and ", b.shape());
}

/// Zeros that let nothing of x through, not even NaN, and give it a gradient of zeros.
Tensor unread(const Tensor& x) {
  return masked_fill(x, scalar(1, DType::boolean), 0);
}

/// beta·c + alpha·(a @ b); as in BLAS, what is multiplied by 0 is not read.
Tensor add_product(const char* op, const Tensor& c, const Tensor& a, const Tensor& b, double beta,
                   double alpha) {
  const Tensor product = alpha == 0 ? matmul(unread(a), unread(b)) : matmul(a, b);
  if (broadcast_shapes(op, c.shape(), product.shape()) != product.shape()) {
    throw ShapeError(op, ": c ", c.shape(), " does not broadcast to the product's ",
                     product.shape());
  }
  const Tensor scaled = alpha == 1 || alpha == 0 ? product : product * alpha;
  if (beta == 0) return unread(c) + scaled;
  return (beta == 1 ? c : c * beta) + scaled;
}

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b) {
  check_same_dtype("matmul", a, b);
  check_floating("matmul", a.dtype());
  if (a.dim() == 0 || b.dim() == 0) {
    throw ShapeError("matmul: 0-d operands are not supported: ", a.shape(), " @ ", b.shape(),
                     "; use mul");
  }
  const int64_t inner_a = a.size(-1), inner_b = b.size(b.dim() == 1 ? 0 : -2);
  if (inner_a != inner_b) {
    throw ShapeError("matmul: inner dimensions differ: ", a.shape(), " @ ", b.shape(), " (",
                     inner_a, " != ", inner_b, ")");
  }
  if (a.dim() == 1) return squeeze(matmul(unsqueeze(a, 0), b), b.dim() == 1 ? 0 : -2);
  if (b.dim() == 1) return squeeze(matmul(a, unsqueeze(b, 1)), -1);
  if (a.dim() > 2 && b.dim() == 2) {
    // One product; the gradient of b needs no sum over the batch.
    Shape shape = a.shape();
    shape[a.dim() - 1] = b.size(-1);
    return reshape(batched(as_rows(a), b), shape);
  }
  const Shape batch_a = batch_shape(a, 2), batch_b = batch_shape(b, 2);
  if (batch_a == batch_b) return batched(a, b);
  const Shape batch = broadcast_shapes("matmul", batch_a, batch_b);
  return batched(expand_batch(a, batch, 2), expand_batch(b, batch, 2));
}

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  check_same_dtype("linear", x, weight);
  check_floating("linear", x.dtype());
  if (weight.dim() != 2 || x.dim() == 0 || x.size(-1) != weight.size(1)) {
    throw ShapeError("linear: needs x [..., in] and weight [out, in]: x ", x.shape(), ", weight ",
                     weight.shape());
  }
  if (bias.defined()) {
    check_same_dtype("linear", x, bias);
    if (bias.shape() != Shape{weight.size(0)}) {
      throw ShapeError("linear: bias must be [out] = [", weight.size(0), "], got ", bias.shape());
    }
  }
  return record(
      "linear", kernels::linear(x, weight, bias),
      {{x, [weight = Saved(weight)](const Tensor& g) { return matmul(g, weight); }},
       {weight, [x = Saved(x)](
                    const Tensor& g) { return matmul(transpose(as_rows(g), 0, 1), as_rows(x)); }},
       {bias, [](const Tensor& g) { return sum(as_rows(g), {0}); }}});
}

namespace {

void check_bmm(const Tensor& a, const Tensor& b) {
  check_floating("bmm", a.dtype());
  check_ranks("bmm", a, b, 3);
  if (a.size(0) == b.size(0)) return;
  throw ShapeError("bmm: batch sizes differ: ", a.shape(), " and ", b.shape(),
                   "; matmul broadcasts");
}

}  // namespace

Tensor bmm(const Tensor& a, const Tensor& b) {
  check_bmm(a, b);
  return matmul(a, b);
}

Tensor addmm(const Tensor& c, const Tensor& a, const Tensor& b, double beta, double alpha) {
  check_floating("addmm", c.dtype());
  check_ranks("addmm", a, b, 2);
  return add_product("addmm", c, a, b, beta, alpha);
}

Tensor baddbmm(const Tensor& c, const Tensor& a, const Tensor& b, double beta, double alpha) {
  check_floating("baddbmm", c.dtype());
  check_ranks("baddbmm", a, b, 3);
  check_bmm(a, b);
  return add_product("baddbmm", c, a, b, beta, alpha);
}

Tensor outer(const Tensor& a, const Tensor& b) {
  check_number("outer", a.dtype());
  check_ranks("outer", a, b, 1);
  return mul(unsqueeze(a, 1), unsqueeze(b, 0));
}

}  // namespace heed
