#include "heed/framework/ops/normalization.h"

#include <limits>

#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/autograd/record.h"
#include "heed/framework/kernels/copy.h"
#include "heed/framework/kernels/normalize.h"
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

void check_affine(const char* op, const char* what, const Tensor& x, const Shape& shape,
                  const Tensor& parameter) {
  if (!parameter.defined()) return;
  check_same_dtype(op, x, parameter);
  if (parameter.shape() == shape) return;
  throw ShapeError(op, ": ", what, " must have normalized_shape ", shape, ", got ",
                   parameter.shape());
}

/// The gradients as recorded ops, for backward(create_graph): the formulas of
/// kernels::layer_norm_backward.
Gradients composed_backward(const Tensor& g, const Tensor& x, const Tensor& weight,
                            const Shape& shape, double eps, const Wanted& wanted) {
  const int64_t length = numel_of(shape);
  const int64_t rows = length == 0 ? 0 : x.numel() / length;
  const Tensor x_rows = reshape(x, {rows, length});
  const Tensor g_rows = reshape(g, {rows, length});
  const Tensor centred = x_rows - mean(x_rows, {1}, true);
  const Tensor rstd = rsqrt(mean(square(centred), {1}, true) + eps);
  const Tensor normal = centred * rstd;
  const Tensor weighted = weight.defined() ? g_rows * reshape(weight, {1, length}) : g_rows;
  Gradients gradients(3);
  if (wanted[0]) {
    const Tensor dx =
        rstd * (weighted - mean(weighted, {1}, true) - normal * mean(weighted * normal, {1}, true));
    gradients[0] = reshape(dx, x.shape());
  }
  if (wanted[1]) gradients[1] = reshape(sum(g_rows * normal, {0}), shape);
  if (wanted[2]) gradients[2] = reshape(sum(g_rows, {0}), shape);
  return gradients;
}

}  // namespace

Tensor layer_norm(const Tensor& x, const Shape& shape, const Tensor& weight, const Tensor& bias,
                  double eps) {
  check_tail("layer_norm", x, shape);
  check_affine("layer_norm", "weight", x, shape, weight);
  check_affine("layer_norm", "bias", x, shape, bias);
  const int64_t length = numel_of(shape);
  const Tensor flat_weight = weight.defined() ? kernels::contiguous(weight) : Tensor();
  const Tensor flat_bias = bias.defined() ? kernels::contiguous(bias) : Tensor();
  const auto [y, mean, rstd] = kernels::layer_norm(x, length, flat_weight, flat_bias, eps);
  return record("layer_norm", y, {x, weight, bias},
                [x = Saved(x), weight = Saved(weight), mean = Saved(mean), rstd = Saved(rstd),
                 shape, length, eps](const Tensor& g, const Wanted& wanted) {
                  if (is_grad_enabled()) return composed_backward(g, x, weight, shape, eps, wanted);
                  const Tensor flat = weight->defined() ? kernels::contiguous(weight) : Tensor();
                  const auto d = kernels::layer_norm_backward(g, x, length, flat, mean, rstd);
                  return Gradients{d.x, reshape(d.weight, shape), reshape(d.bias, shape)};
                });
}

Tensor rms_norm(const Tensor& x, const Shape& shape, const Tensor& weight,
                std::optional<double> eps) {
  check_floating("rms_norm", x.dtype());
  check_tail("rms_norm", x, shape);
  check_affine("rms_norm", "weight", x, shape, weight);
  const double epsilon = x.dtype() == DType::f32 ? std::numeric_limits<float>::epsilon()
                                                 : std::numeric_limits<double>::epsilon();
  IntList tail;
  for (int64_t d = x.dim() - shape.size(); d < x.dim(); ++d) tail.push_back(d);
  const Tensor normal = x * rsqrt(mean(square(x), tail, true) + eps.value_or(epsilon));
  return weight.defined() ? normal * weight : normal;
}

}  // namespace heed
