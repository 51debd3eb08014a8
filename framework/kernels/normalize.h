// Normalisation of rows: x̂ = (x − mean) / √(var + eps) over the last dimensions.
#pragma once

#include "heed/framework/tensor/tensor.h"

namespace heed::kernels {

struct Normalized {
  Tensor y;     ///< of x's shape
  Tensor mean;  ///< one per row, [rows]
  Tensor rstd;  ///< 1 / √(var + eps), [rows]
};
/// y = x̂ · weight + bias over rows of `length` elements. `weight` and `bias` are row-major with
/// `length` elements, or undefined. The variance is the biased one.
Normalized layer_norm(const Tensor& x, int64_t length, const Tensor& weight, const Tensor& bias,
                      double eps);

struct NormalizedGradients {
  Tensor x, weight, bias;
};
/// The gradients of layer_norm, in one sweep over the rows:
/// dx = rstd · (ĝ − mean(ĝ) − x̂ · mean(ĝ·x̂)) with ĝ = g · weight.
NormalizedGradients layer_norm_backward(const Tensor& g, const Tensor& x, int64_t length,
                                        const Tensor& weight, const Tensor& mean,
                                        const Tensor& rstd);

}  // namespace heed::kernels
