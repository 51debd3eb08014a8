// Functions of single elements, and choices between two. Shapes broadcast as in NumPy; f32 and f64,
// and i64 where that makes sense.
#pragma once

#include <optional>

#include "heed/framework/tensor/tensor.h"

namespace heed {

Tensor exp(const Tensor& x);    ///< eˣ
Tensor expm1(const Tensor& x);  ///< exp(x) − 1, precise near 0
Tensor log(const Tensor& x);
Tensor log1p(const Tensor& x);  ///< log(1 + x), precise near 0
Tensor sqrt(const Tensor& x);
Tensor rsqrt(const Tensor& x);  ///< 1 / √x
Tensor square(const Tensor& x);
Tensor reciprocal(const Tensor& x);  ///< 1 / x
Tensor sin(const Tensor& x);
Tensor cos(const Tensor& x);
Tensor tanh(const Tensor& x);
Tensor erf(const Tensor& x);
Tensor abs(const Tensor& x);    ///< with derivative 0 at 0
Tensor sign(const Tensor& x);   ///< −1, 0 or 1 (0 for NaN, as in PyTorch), with derivative 0
Tensor floor(const Tensor& x);  ///< with derivative 0
Tensor round(const Tensor& x);  ///< halves to the even neighbour, with derivative 0

/// min(max(x, low), high): `high` wins where they cross, and a bound that is left out does not
/// bind. The derivative is 1 between the bounds, 0 at and beyond them and at NaN. Throws ValueError
/// when both are left out.
Tensor clamp(const Tensor& x, std::optional<double> low, std::optional<double> high = {});
/// The larger one, elementwise; equal ones share the gradient. NaN if either is.
Tensor maximum(const Tensor& a, const Tensor& b);
/// The smaller one, elementwise; equal ones share the gradient. NaN if either is.
Tensor minimum(const Tensor& a, const Tensor& b);

}  // namespace heed
