// Products of few rows without OpenBLAS, by our own kernel.
#include <algorithm>

#include "heed/framework/kernels/gemm/blas.h"
#include "heed/framework/kernels/gemm/block.h"

namespace heed::kernels {
namespace {

constexpr int64_t columns_in_place = 128;  // of b, whose rows small_gemm then reads where they are

template <class T>
void run_own(const Product<T>& product) {
  for (int64_t j = 0; j < product.n; j += columns_in_place) {
    Product<T> piece = product;
    piece.n = std::min(columns_in_place, product.n - j);
    piece.b = product.b.from(0, j);
    piece.c = product.c.from(0, j);
    piece.bias = nullptr;
    small_gemm(piece);
  }
}

}  // namespace

void blas_gemm(const Product<float>& product) {
  run_own(product);
}
void blas_gemm(const Product<double>& product) {
  run_own(product);
}

BlasInfo blas_info() {
  return {.name = "none", .kernels = "none", .choice = BlasChoice::features};
}

}  // namespace heed::kernels
