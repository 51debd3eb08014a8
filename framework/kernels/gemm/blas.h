// The only face of OpenBLAS: a build without it replaces blas.cpp.
#pragma once

#include <string>

#include "heed/framework/kernels/gemm/product.h"

namespace heed::kernels {

/// c = a·b in this thread, without `bias`. Sizes and strides are less than 2³¹.
void blas_gemm(const Product<float>& product);
void blas_gemm(const Product<double>& product);

/// The kernel set that OpenBLAS runs, for example "SkylakeX", and whether the user chose it.
struct BlasInfo {
  std::string kernels;
  bool chosen_by_user;  ///< OPENBLAS_CORETYPE was set in the environment
  std::string version;
};
BlasInfo blas_info();

}  // namespace heed::kernels
