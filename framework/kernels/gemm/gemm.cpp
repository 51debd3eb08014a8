#include "heed/framework/kernels/gemm/gemm.h"

#include <algorithm>
#include <climits>
#include <vector>

#include "heed/framework/base/parallel.h"
#include "heed/framework/kernels/batch.h"
#include "heed/framework/kernels/copy.h"
#include "heed/framework/kernels/elementwise.h"
#include "heed/framework/kernels/gemm/blas.h"
#include "heed/framework/kernels/gemm/block.h"

namespace heed::kernels {
namespace {

/// Whether the product reads x in place: row-major or the transpose of it.
bool is_readable(const Tensor& x) {
  const int64_t rows = x.size(-2), cols = x.size(-1);
  const int64_t row_stride = x.strides()[x.dim() - 2], col_stride = x.strides()[x.dim() - 1];
  return ((col_stride == 1 || cols == 1) &&
          (row_stride >= std::max<int64_t>(cols, 1) || rows == 1)) ||
         ((row_stride == 1 || rows == 1) &&
          (col_stride >= std::max<int64_t>(rows, 1) || cols == 1));
}

constexpr int64_t piece_size = 256;  // columns: BLAS is slower on narrower pieces

template <class T>
Strided<const T> view_of(const Tensor& x) {
  const int64_t row_stride = x.strides()[x.dim() - 2], col_stride = x.strides()[x.dim() - 1];
  // The stride along a dimension of size 1 is never used: it may be what block_gemm needs.
  const bool dense_rows = col_stride == 1 || x.size(-1) == 1;
  return {x.data<T>(), dense_rows || x.size(-2) > 1 ? row_stride : 1, dense_rows ? 1 : col_stride};
}

template <class T>
void run_blocks(const Product<T>& first, const Tensor& a, const Tensor& b, int64_t batch) {
  if (batch == 1) {
    block_gemm(first);
    return;
  }
  const int64_t size = first.m * first.n;
  const int64_t grain = std::max<int64_t>(1, flops_per_chunk / (2 * size * first.k + 1));
  const std::vector<int64_t> from_a = batch_offsets(a), from_b = batch_offsets(b);
  parallel_for(batch, grain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      Product<T> product = first;
      product.a.data += from_a[static_cast<size_t>(i)];
      product.b.data += from_b[static_cast<size_t>(i)];
      product.c.data += i * size;
      small_gemm(product);
    }
  });
}

/// Few rows are not worth packing b for, but the gradients of narrow weights, whose k is long, are
/// better cut along k. Measured: see docs/performance.md.
bool is_for_blas(int64_t m, int64_t n, int64_t k) {
  return m < 16 && k < 8 * n;
}

/// One product of a few rows by OpenBLAS, in pieces of columns.
template <class T>
void run_blas(const Product<T>& p) {
  const int64_t grain = std::max(piece_size, flops_per_chunk / (4 * p.m * p.k + 2));
  parallel_for(p.n, grain, [&](int64_t begin, int64_t end) {
    Product<T> piece = p;
    piece.n = end - begin;
    piece.b = p.b.from(0, begin);
    piece.c = p.c.from(0, begin);
    blas_gemm(piece);
  });
}

template <class T>
void run_all(const Tensor& a, const Tensor& b, const Tensor& bias, const Tensor& out) {
  const int64_t m = a.size(-2), k = a.size(-1), n = b.size(-1);
  const int64_t batch = out.numel() / (m * n);
  const Product<T> product{.m = m,
                           .n = n,
                           .k = k,
                           .a = view_of<T>(a),
                           .b = view_of<T>(b),
                           .c = {out.mutable_data<T>(), n},
                           .bias = bias.defined() ? bias.data<T>() : nullptr};
  if (batch > 1 || !is_for_blas(m, n, k)) {
    run_blocks(product, a, b, batch);
    return;
  }
  run_blas(product);
  if (bias.defined()) add_(out, bias.alias(out.shape(), {0, 1}, bias.offset()), 1);
}

bool is_shared(const Tensor& x) {
  for (int64_t d = 0; d < x.dim() - 2; ++d) {
    if (x.shape()[d] != 1 && x.strides()[d] != 0) return false;
  }
  return true;
}

void check_blas_size(const Tensor& x) {
  for (int64_t d = 0; d < x.dim(); ++d) {
    if (x.shape()[d] > INT_MAX || (d >= x.dim() - 2 && x.strides()[d] > INT_MAX)) {
      throw ShapeError("matmul: a size or stride exceeds 2^31 - 1, which BLAS cannot count: ",
                       x.shape(), " with strides ", x.strides());
    }
  }
}

/// a · b + bias; bias is [N] or undefined, and b is shared if it is given.
Tensor gemm(const Tensor& a, const Tensor& b, const Tensor& bias) {
  Shape shape = a.shape();
  shape[a.dim() - 1] = b.size(-1);
  const int64_t numel = numel_of(shape);
  // One b for the whole batch: the batch joins the rows, and many products become a large one.
  const Shape rows{numel == 0 ? 0 : numel / b.size(-1), a.size(-1)};
  if (numel > 0 && a.dim() > 2 && is_shared(b)) {
    Strides strides;
    const bool viewable = view_strides(a.shape(), a.strides(), rows, strides);
    if (viewable || b.dim() == 2) {
      const Tensor flat = viewable ? a.alias(rows, strides, a.offset())
                                   : contiguous_copy(a).alias(rows, contiguous_strides(rows), 0);
      const IntList tail{b.size(-2), b.size(-1)};
      const IntList tail_strides{b.strides()[b.dim() - 2], b.strides()[b.dim() - 1]};
      const Tensor y = gemm(flat, b.alias(tail, Strides(tail_strides), b.offset()), bias);
      return y.alias(shape, contiguous_strides(shape), y.offset());
    }
  }
  Tensor out = Tensor::empty(shape, a.dtype());
  if (numel == 0) return out;
  if (a.size(-1) == 0) {
    fill_(out, 0);
    if (bias.defined()) add_(out, bias.alias(shape, {0, bias.strides()[0]}, bias.offset()), 1);
    return out;
  }
  const Tensor from_a = is_readable(a) ? a : contiguous_copy(a);
  const Tensor from_b = is_readable(b) ? b : contiguous_copy(b);
  const Tensor dense_bias = bias.defined() ? contiguous(bias) : bias;
  check_blas_size(from_a);
  check_blas_size(from_b);
  visit_floating("matmul", a.dtype(),
                 [&]<class T>() { run_all<T>(from_a, from_b, dense_bias, out); });
  return out;
}

}  // namespace

Tensor gemm(const Tensor& a, const Tensor& b) {
  return gemm(a, b, Tensor());
}

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  const IntList crossed{weight.strides()[1], weight.strides()[0]};
  const Shape shape{weight.size(1), weight.size(0)};
  const Tensor matrix = weight.alias(shape, Strides(crossed), weight.offset());
  if (x.dim() > 1) return gemm(x, matrix, bias);
  const Tensor row = x.alias({1, x.size(0)}, {0, x.strides()[0]}, x.offset());
  return gemm(row, matrix, bias).alias({weight.size(0)}, {1}, 0);
}

}  // namespace heed::kernels
