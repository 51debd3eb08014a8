#include "heed/framework/ops/normalization.h"

#include <limits>

#include "heed/framework/autograd/record.h"
#include "heed/framework/kernels/copy.h"
#include "heed/framework/kernels/functions.h"
#include "heed/framework/kernels/normalize.h"
#include "heed/framework/ops/broadcast.h"
#include "heed/framework/ops/check.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/view.h"

namespace heed {
namespace {

void check_tail(const char* op, const Tensor& x, const Shape& shape) {
  const int64_t lead = x.dim() - shape.size();
  bool fits = lead >= 0 && !shape.empty();
  for (int64_t d = 0; fits && d < shape.size(); ++d) fits = x.shape()[lead + d] == shape[d];
  if (fits) return;
  throw ShapeError(op, ": normalized_shape ", shape, " is not the tail of x's shape ", x.shape());
}

/// What both norms are called with; a weight or bias that is undefined is not there.
struct NormInputs {
  const Tensor& x;
  const Shape& shape;
  const Tensor& weight;
  const Tensor& bias;
  double eps;
};

void check_affine(const char* op, const char* what, const Tensor& parameter,
                  const NormInputs& inputs) {
  if (!parameter.defined()) return;
  check_same_dtype(op, inputs.x, parameter);
  if (parameter.shape() == inputs.shape) return;
  throw ShapeError(op, ": ", what, " must have normalized_shape ", inputs.shape, ", got ",
                   parameter.shape());
}

/// What the gradients of a norm are computed from.
struct SavedNorm {
  kernels::Norm norm;
  Saved x, weight, centre, scale;
  Shape shape;
  double eps;
};

Tensor flat_or_undefined(const Tensor& parameter) {
  return parameter.defined() ? kernels::contiguous(parameter) : Tensor();
}

Gradients fused_norm_gradients(const Tensor& g, const Wanted& wanted, const SavedNorm& saved) {
  const bool affine = wanted[1] || wanted[2];
  const auto d = kernels::normalize_backward(
      g, {saved.norm, saved.x, numel_of(saved.shape), flat_or_undefined(saved.weight)},
      {saved.centre, saved.scale}, affine);
  if (!affine) return {d.x, Tensor(), Tensor()};
  return {d.x, reshape(d.weight, saved.shape), reshape(d.bias, saved.shape)};
}

/// The formulas of kernels::normalize_backward.
Gradients composed_norm_gradients(const Tensor& g, const Wanted& wanted, const SavedNorm& saved) {
  const Tensor& x = saved.x;
  const Tensor& weight = saved.weight;
  const bool centres = saved.norm == kernels::Norm::layer;
  const int64_t length = numel_of(saved.shape);
  const int64_t rows = length == 0 ? 0 : x.numel() / length;
  const Tensor x_rows = reshape(x, {rows, length});
  const Tensor g_rows = reshape(g, {rows, length});
  const Tensor centred = centres ? x_rows - mean(x_rows, {1}, true) : x_rows;
  // In f64, which holds any eps, and at most the largest number, as the kernel.
  const double most = largest_of(x.dtype());
  // Times a power of two near what the row is multiplied by, a constant: no square overflows.
  const Tensor unit = kernels::power_of_two(saved.scale).view({rows, 1});
  const Tensor wide = unit.to(DType::f64);
  const Tensor variance = mean(square(centred * unit), {1}, true).to(DType::f64);
  const Tensor rstd =
      clamp(rsqrt(variance + wide * saved.eps * wide) * wide, {}, most).to(x.dtype());
  const Tensor normal = centred * rstd;
  const Tensor weighted = weight.defined() ? g_rows * reshape(weight, {1, length}) : g_rows;
  Gradients gradients(3);
  if (wanted[0]) {
    const Tensor level = centres ? weighted - mean(weighted, {1}, true) : weighted;
    const Tensor dx = rstd * (level - normal * mean(weighted * normal, {1}, true));
    gradients[0] = reshape(dx, x.shape());
  }
  if (wanted[1]) gradients[1] = reshape(sum(g_rows * normal, {0}), saved.shape);
  if (wanted[2]) gradients[2] = reshape(sum(g_rows, {0}), saved.shape);
  return gradients;
}

/// y = x̂ · weight + bias as one op.
Tensor normalized(const char* op, kernels::Norm norm, const NormInputs& inputs) {
  const auto& [x, shape, weight, bias, eps] = inputs;
  check_tail(op, x, shape);
  check_affine(op, "weight", weight, inputs);
  check_affine(op, "bias", bias, inputs);
  const auto [y, statistics] = kernels::normalize(
      {norm, x, numel_of(shape), flat_or_undefined(weight)}, flat_or_undefined(bias), eps);
  return record(op, y, {x, weight, bias},
                fused<fused_norm_gradients, composed_norm_gradients>(
                    SavedNorm{norm, Saved(x), Saved(weight), Saved(statistics.centre),
                              Saved(statistics.scale), shape, eps}));
}

}  // namespace

Tensor layer_norm(const Tensor& x, const Shape& shape, const Tensor& weight, const Tensor& bias,
                  double eps) {
  return normalized("layer_norm", kernels::Norm::layer, {x, shape, weight, bias, eps});
}

Tensor rms_norm(const Tensor& x, const Shape& shape, const Tensor& weight,
                std::optional<double> eps) {
  check_floating("rms_norm", x.dtype());
  const double epsilon = x.dtype() == DType::f32 ? std::numeric_limits<float>::epsilon()
                                                 : std::numeric_limits<double>::epsilon();
  return normalized("rms_norm", kernels::Norm::rms,
                    {x, shape, weight, Tensor(), eps.value_or(epsilon)});
}

Tensor cosine_similarity(const Tensor& x1, const Tensor& x2, int64_t dim, double eps) {
  constexpr const char* op = "cosine_similarity";
  check_floating(op, x1.dtype());
  const auto [a, b] = operands(op, x1, x2);
  const int64_t d = normalize_dim(op, dim, a.dim());
  // Each becomes a vector of length 1 before they are multiplied, so no product overflows.
  const Tensor unit_a = a / clamp(norm(a, 2, {d}, true), eps);
  const Tensor unit_b = b / clamp(norm(b, 2, {d}, true), eps);
  return sum(unit_a * unit_b, {d});
}

}  // namespace heed
