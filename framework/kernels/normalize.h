// Normalisation of rows: x̂ = (x − centre) · scale over the last dimensions.
#pragma once

#include "heed/framework/tensor/tensor.h"

namespace heed::kernels {

/// What x̂ is made of: layer_norm subtracts the mean and divides by √(var + eps), with the biased
/// variance; rms_norm subtracts nothing and divides by √(mean(x²) + eps).
enum class Norm { layer, rms };

/// Rows of `length` elements; `weight` is row-major with as many, or undefined.
struct NormOperands {
  Norm norm;
  Tensor x;
  int64_t length;
  Tensor weight;
};

struct NormStatistics {
  Tensor centre;  ///< what was subtracted, one per row: [rows]
  Tensor scale;   ///< what was multiplied by: [rows]
};
struct Normalized {
  Tensor y;  ///< of x's shape
  NormStatistics statistics;
};
/// y = x̂ · weight + bias; `bias` is as the weight.
Normalized normalize(const NormOperands& of, const Tensor& bias, double eps);

struct NormalizedGradients {
  Tensor x, weight, bias;
};
/// The gradients of normalize for the gradient `g` of y, in one sweep over the rows:
/// dx = scale · (ĝ − mean(ĝ) − x̂ · mean(ĝ·x̂)) with ĝ = g · weight; rms_norm has no mean(ĝ).
/// Those of weight and bias, each [length], only if `affine`.
NormalizedGradients normalize_backward(const Tensor& g, const NormOperands& of,
                                       const NormStatistics& statistics, bool affine);

}  // namespace heed::kernels
