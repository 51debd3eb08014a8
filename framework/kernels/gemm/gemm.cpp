#include "heed/framework/kernels/gemm/gemm.h"

#include <cblas.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <vector>

#include "heed/framework/base/parallel.h"
#include "heed/framework/kernels/batch.h"
#include "heed/framework/kernels/copy.h"
#include "heed/framework/kernels/elementwise.h"
#include "heed/framework/kernels/gemm/block.h"

// In libopenblas.a: sets OpenBLAS up, once; its own constructor calls it too, but after ours.
extern "C" __attribute__((weak)) void gotoblas_init();

namespace heed::kernels {
namespace {

bool kernels_chosen_by_user = false;

/// The best kernel set for the features of this CPU; nullptr leaves the choice to OpenBLAS.
const char* kernels_for_this_cpu() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512cd") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl")) {
    return "SKYLAKEX";
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return "HASWELL";
#endif
  return nullptr;
}

/// Sets an environment variable unless it is set, and unsets it again when destroyed.
class ScopedVariable {
 public:
  ScopedVariable(const char* name, const char* value) : name_(name) {
    ours_ = value != nullptr && std::getenv(name) == nullptr && setenv(name, value, 0) == 0;
  }
  ~ScopedVariable() {
    if (ours_) unsetenv(name_);
  }
  ScopedVariable(const ScopedVariable&) = delete;
  ScopedVariable& operator=(const ScopedVariable&) = delete;

 private:
  const char* name_;
  bool ours_;
};

/// OpenBLAS picks its kernels by a list of CPU models and falls back to SSE3 ones on a model that
/// is newer than the list, five times slower. This runs before its own constructor (priority 101)
/// and starts it with a choice made by CPU features. It also keeps OpenBLAS from starting threads:
/// the work is split here. It must stand in this file: the linker drops an object nobody refers to.
__attribute__((constructor(101))) void start_blas() {
  kernels_chosen_by_user = std::getenv("OPENBLAS_CORETYPE") != nullptr;
  const ScopedVariable kernels("OPENBLAS_CORETYPE", kernels_for_this_cpu());
  const ScopedVariable threads("OPENBLAS_NUM_THREADS", "1");
  if (gotoblas_init != nullptr) gotoblas_init();
}

/// A matrix as BLAS wants it: row-major or the transpose of row-major, with a leading dimension.
struct Matrix {
  bool readable = false;  // without a copy
  CBLAS_TRANSPOSE transpose = CblasNoTrans;
  int64_t leading = 1;
};

Matrix describe_matrix(const Tensor& x) {
  const int64_t rows = x.size(-2), cols = x.size(-1);
  const int64_t row_step = x.strides()[x.dim() - 2], col_step = x.strides()[x.dim() - 1];
  if ((col_step == 1 || cols == 1) && (row_step >= std::max<int64_t>(cols, 1) || rows == 1)) {
    return {true, CblasNoTrans, rows == 1 ? std::max<int64_t>(cols, 1) : row_step};
  }
  if ((row_step == 1 || rows == 1) && (col_step >= std::max<int64_t>(rows, 1) || cols == 1)) {
    return {true, CblasTrans, cols == 1 ? std::max<int64_t>(rows, 1) : col_step};
  }
  return {};
}

void blas_gemm(const Matrix& a, const Matrix& b, int64_t m, int64_t n, int64_t k,
               const float* from_a, const float* from_b, float* to, int64_t leading) {
  cblas_sgemm(CblasRowMajor, a.transpose, b.transpose, static_cast<int>(m), static_cast<int>(n),
              static_cast<int>(k), 1, from_a, static_cast<int>(a.leading), from_b,
              static_cast<int>(b.leading), 0, to, static_cast<int>(leading));
}
void blas_gemm(const Matrix& a, const Matrix& b, int64_t m, int64_t n, int64_t k,
               const double* from_a, const double* from_b, double* to, int64_t leading) {
  cblas_dgemm(CblasRowMajor, a.transpose, b.transpose, static_cast<int>(m), static_cast<int>(n),
              static_cast<int>(k), 1, from_a, static_cast<int>(a.leading), from_b,
              static_cast<int>(b.leading), 0, to, static_cast<int>(leading));
}

constexpr int64_t piece_size = 256;           // columns: BLAS is slower on narrower pieces
constexpr int64_t flops_per_chunk = 1 << 19;  // small products are done several to a chunk

template <class T>
MatrixView<T> view_of(const Tensor& x) {
  const int64_t row = x.strides()[x.dim() - 2], col = x.strides()[x.dim() - 1];
  // The step along a dimension of size 1 is never taken: it may be what block_gemm wants.
  const bool dense_rows = col == 1 || x.size(-1) == 1;
  return {x.data<T>(), dense_rows || x.size(-2) > 1 ? row : 1, dense_rows ? 1 : col};
}

template <class T>
void run_blocks(const BlockProduct<T>& first, const Tensor& a, const Tensor& b, int64_t batch) {
  if (batch == 1) {
    block_gemm(first);
    return;
  }
  const int64_t size = first.m * first.n;
  const int64_t grain = std::max<int64_t>(1, flops_per_chunk / (2 * size * first.k + 1));
  const std::vector<int64_t> from_a = batch_offsets(a), from_b = batch_offsets(b);
  parallel_for(batch, grain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      BlockProduct<T> product = first;
      product.a.data += from_a[static_cast<size_t>(i)];
      product.b.data += from_b[static_cast<size_t>(i)];
      product.c += i * size;
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
void run_blas(const BlockProduct<T>& p, const Matrix& a, const Matrix& b) {
  const int64_t grain = std::max(piece_size, flops_per_chunk / (2 * p.m * p.k + 1));
  parallel_for(p.n, grain, [&](int64_t begin, int64_t end) {
    blas_gemm(a, b, p.m, end - begin, p.k, p.a.data, p.b.from(0, begin).data, p.c + begin, p.n);
  });
}

template <class T>
void run_all(const Tensor& a, const Tensor& b, const Tensor& bias, const Tensor& out) {
  const int64_t m = a.size(-2), k = a.size(-1), n = b.size(-1);
  const int64_t batch = out.numel() / (m * n);
  const BlockProduct<T> product{m,
                                n,
                                k,
                                view_of<T>(a),
                                view_of<T>(b),
                                out.mutable_data<T>(),
                                bias.defined() ? bias.data<T>() : nullptr};
  if (batch > 1 || !is_for_blas(m, n, k)) {
    run_blocks(product, a, b, batch);
    return;
  }
  run_blas(product, describe_matrix(a), describe_matrix(b));
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
  const Tensor from_a = describe_matrix(a).readable ? a : contiguous_copy(a);
  const Tensor from_b = describe_matrix(b).readable ? b : contiguous_copy(b);
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

BlasInfo blas_info() {
  return {openblas_get_corename(), kernels_chosen_by_user, openblas_get_config()};
}

}  // namespace heed::kernels
