// heed's own matrix product: better than BLAS on small, many, narrow and transposed matrices.
#pragma once

#include "heed/framework/kernels/gemm/product.h"

namespace heed::kernels {

// For f32 and f64; c is dense, row-major and overwritten.

/// One large product on all threads. The order of every sum depends on k alone.
template <class T>
void block_gemm(const Product<T>& product);

/// One small product in this thread, as a step of a loop over a batch: the same sums.
template <class T>
void small_gemm(const Product<T>& product);

}  // namespace heed::kernels
