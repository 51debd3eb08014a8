// The only face of OpenBLAS (blas.cpp); a build without it has no_blas.cpp instead.
#pragma once

#include <string>

#include "heed/framework/kernels/gemm/product.h"

namespace heed::kernels {

/// c = a·b in this thread, without `bias`. Sizes and strides are less than 2³¹.
void blas_gemm(const Product<float>& product);
void blas_gemm(const Product<double>& product);

/// Who chose the kernel set.
enum class BlasChoice {
  user,      ///< OPENBLAS_CORETYPE in the environment
  features,  ///< heed, by the features of the processor
  openblas,  ///< OpenBLAS
  ignored    ///< OpenBLAS, which has no kernels for OPENBLAS_CORETYPE here
};

/// What computes products of few rows.
struct BlasInfo {
  std::string name;     ///< "OpenBLAS 0.3.21", or "none": heed's own kernel
  std::string kernels;  ///< the kernel set that it runs, for example "SkylakeX", or "none"
  BlasChoice choice;    ///< of OpenBLAS
};
BlasInfo blas_info();

}  // namespace heed::kernels
