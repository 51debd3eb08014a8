// Normalisation of rows: x̂ = (x − centre) · scale over the last dimensions.
#pragma once

#include "heed/framework/tensor/tensor.h"

namespace heed::kernels {

/// What x̂ is made of: layer_norm subtracts the mean and divides by √(var + eps), with the biased
/// variance; rms_norm subtracts nothing and divides by √(mean(x²) + eps).
enum class Norm { layer, rms };

struct Normalized {
  Tensor y;       ///< of x's shape
  Tensor centre;  ///< what was subtracted, one per row: [rows]
  Tensor scale;   ///< what was multiplied by: [rows]
};
/// y = x̂ · weight + bias over rows of `length` elements. `weight` and `bias` are row-major with
/// `length` elements, or undefined.
Normalized normalize(Norm norm, const Tensor& x, int64_t length, const Tensor& weight,
                     const Tensor& bias, double eps);

struct NormalizedGradients {
  Tensor x, weight, bias;
};
/// The gradients of normalize, in one sweep over the rows:
/// dx = scale · (ĝ − mean(ĝ) − x̂ · mean(ĝ·x̂)) with ĝ = g · weight; rms_norm has no mean(ĝ).
/// Those of weight and bias, each [length], only if `affine`.
NormalizedGradients normalize_backward(Norm norm, const Tensor& g, const Tensor& x, int64_t length,
                                       const Tensor& weight, const Tensor& centre,
                                       const Tensor& scale, bool affine);

}  // namespace heed::kernels
