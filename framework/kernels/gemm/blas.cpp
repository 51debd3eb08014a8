#include "heed/framework/kernels/gemm/blas.h"

#include <cblas.h>
#include <strings.h>
#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <optional>

// In libopenblas.a: sets OpenBLAS up, once; its own constructor calls it too, but after ours.
extern "C" __attribute__((weak)) void gotoblas_init();

namespace heed::kernels {
namespace {

BlasChoice kernels_choice = BlasChoice::openblas;

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

/// Sets an environment variable, and sets it back when destroyed.
class ScopedVariable {
 public:
  ScopedVariable(const char* name, const char* value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    setenv(name, value, 1);
  }
  ~ScopedVariable() {
    if (before_) {
      setenv(name_, before_->c_str(), 1);
    } else {
      unsetenv(name_);
    }
  }
  ScopedVariable(const ScopedVariable&) = delete;
  ScopedVariable& operator=(const ScopedVariable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> before_;
};

/// Of each thread that calls BLAS at the same time as others, OpenBLAS keeps a buffer for later
/// calls. Without memory for it, it would try for ever.
bool has_memory_for_buffer() {
  constexpr size_t size = (size_t{128} << 20) + (size_t{1} << 16);
  void* memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return false;
  munmap(memory, size);
  return true;
}

/// OpenBLAS takes its first buffer when it starts, since a version after Debian 12's. That is
/// before main, where nobody could catch an exception.
void check_memory_to_start() {
  const bool waits = std::strstr(openblas_get_config(), "OpenBLAS 0.3.21 ") != nullptr;
  if (waits || has_memory_for_buffer()) return;
  std::fputs("heed: out of memory: OpenBLAS needs 128 MiB of address space to start\n", stderr);
  std::_Exit(1);
}

/// OpenBLAS picks its kernels by a list of CPU models and falls back to SSE3 ones on a model that
/// is newer than the list, five times slower. This runs before its own constructor (priority 101)
/// and starts it with a choice made by CPU features. It also keeps OpenBLAS from starting threads,
/// whatever the environment says: the work is split here, and its threads would change the bits.
/// It must be in this file: the linker drops an object nobody refers to.
__attribute__((constructor(101))) void start_blas() {
  const char* const wanted = std::getenv("OPENBLAS_CORETYPE");
  const char* const best = wanted != nullptr ? nullptr : kernels_for_this_cpu();
  std::optional<ScopedVariable> kernels;
  if (best != nullptr) kernels.emplace("OPENBLAS_CORETYPE", best);
  const ScopedVariable threads("OPENBLAS_NUM_THREADS", "1");
  check_memory_to_start();
  if (gotoblas_init != nullptr) gotoblas_init();
  openblas_set_num_threads(1);  // a shared library has read the environment before
  const auto runs = [](const char* name) {
    return name != nullptr && strcasecmp(openblas_get_corename(), name) == 0;
  };
  kernels_choice = runs(wanted)        ? BlasChoice::user
                   : runs(best)        ? BlasChoice::features
                   : wanted != nullptr ? BlasChoice::ignored
                                       : BlasChoice::openblas;
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

std::atomic<int> running_calls = 0, buffers = 0;

/// A call of BLAS for as long as it lives.
class BlasCall {
 public:
  BlasCall() {
    const int running = ++running_calls;
    if (running <= buffers) return;
    if (!has_memory_for_buffer()) {
      --running_calls;
      throw std::bad_alloc();
    }
    int before = buffers;
    while (before < running && !buffers.compare_exchange_weak(before, running)) {
    }
  }
  ~BlasCall() { --running_calls; }
  BlasCall(const BlasCall&) = delete;
  BlasCall& operator=(const BlasCall&) = delete;
};

template <class T, class Gemm>
void call_blas(const Product<T>& p, const Gemm& gemm) {
  const BlasCall call;
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
  const std::string about = openblas_get_config();  // "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH …"
  return {about.substr(0, about.find(' ', about.find(' ') + 1)), openblas_get_corename(),
          kernels_choice};
}

}  // namespace heed::kernels
