#include "heed/framework/kernels/gemm/blas.h"

#include <cblas.h>

#include <algorithm>
#include <cstdlib>

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
/// the work is split here. It must be in this file: the linker drops an object nobody refers to.
__attribute__((constructor(101))) void start_blas() {
  kernels_chosen_by_user = std::getenv("OPENBLAS_CORETYPE") != nullptr;
  const ScopedVariable kernels("OPENBLAS_CORETYPE", kernels_for_this_cpu());
  const ScopedVariable threads("OPENBLAS_NUM_THREADS", "1");
  if (gotoblas_init != nullptr) gotoblas_init();
}

/// An operand as BLAS wants it: row-major or the transpose of row-major, with a leading dimension.
struct Operand {
  CBLAS_TRANSPOSE transpose;
  int leading;
};

template <class T>
Operand operand_of(const Strided<const T>& x, int64_t rows, int64_t cols) {
  const bool row_major = x.col_stride == 1;
  // The stride along a dimension of size 1 is never used, but it must be large enough.
  const int64_t leading =
      row_major ? (rows == 1 ? cols : x.row_stride) : (cols == 1 ? rows : x.col_stride);
  return {row_major ? CblasNoTrans : CblasTrans, static_cast<int>(std::max<int64_t>(leading, 1))};
}

template <class T, class Gemm>
void call_blas(const Product<T>& p, const Gemm& gemm) {
  const Operand a = operand_of(p.a, p.m, p.k), b = operand_of(p.b, p.k, p.n);
  gemm(CblasRowMajor, a.transpose, b.transpose, static_cast<int>(p.m), static_cast<int>(p.n),
       static_cast<int>(p.k), 1, p.a.data, a.leading, p.b.data, b.leading, 0, p.c.data,
       static_cast<int>(p.c.row_stride));
}

}  // namespace

void blas_gemm(const Product<float>& product) {
  call_blas(product, cblas_sgemm);
}
void blas_gemm(const Product<double>& product) {
  call_blas(product, cblas_dgemm);
}

BlasInfo blas_info() {
  return {openblas_get_corename(), kernels_chosen_by_user, openblas_get_config()};
}

}  // namespace heed::kernels
