// Functions of single elements, and choices between two. Shapes broadcast as in NumPy; f32 and f64,
// and i64 where that makes sense.
#pragma once

#include <optional>

#include "heed/framework/tensor/tensor.h"

namespace heed {

Tensor exp(const Tensor& x);         ///< eˣ
Tensor exp2(const Tensor& x);        ///< 2ˣ, exact for whole numbers
Tensor expm1(const Tensor& x);       ///< exp(x) − 1, precise near 0
Tensor log(const Tensor& x);         ///< natural; −∞ at 0, NaN below
Tensor log2(const Tensor& x);        ///< exact for powers of 2
Tensor log10(const Tensor& x);       ///< to base 10
Tensor log1p(const Tensor& x);       ///< log(1 + x), precise near 0
Tensor sqrt(const Tensor& x);        ///< √x; NaN below 0
Tensor rsqrt(const Tensor& x);       ///< 1 / √x
Tensor square(const Tensor& x);      ///< x²
Tensor reciprocal(const Tensor& x);  ///< 1 / x
Tensor tanh(const Tensor& x);        ///< hyperbolic tangent
Tensor erf(const Tensor& x);         ///< 2/√π·∫₀ˣ exp(−t²) dt
Tensor abs(const Tensor& x);         ///< with derivative 0 at 0
Tensor sign(const Tensor& x);        ///< −1, 0 or 1 (0 for NaN, as in PyTorch), with derivative 0
Tensor floor(const Tensor& x);       ///< with derivative 0
Tensor ceil(const Tensor& x);        ///< with derivative 0
Tensor trunc(const Tensor& x);       ///< towards 0, with derivative 0
Tensor round(const Tensor& x);       ///< halves to the even neighbour, with derivative 0

/// min(max(x, low), high): `high` wins where they cross, and a bound that is left out does not
/// bind. The derivative is 1 between the bounds, 0 at and beyond them and at NaN. Throws ValueError
/// when both are left out.
Tensor clamp(const Tensor& x, std::optional<double> low, std::optional<double> high = {});
/// The larger one, elementwise; equal ones share the gradient. NaN if either is.
Tensor maximum(const Tensor& a, const Tensor& b);
/// The smaller one, elementwise; equal ones share the gradient. NaN if either is.
Tensor minimum(const Tensor& a, const Tensor& b);
/// log(exp(a) + exp(b)), which does not overflow; equal infinities share the gradient.
Tensor logaddexp(const Tensor& a, const Tensor& b);
/// x with NaN replaced by `nan`, ∞ by `posinf` and −∞ by `neginf`; one that is left out is the
/// largest or the least number of the dtype. The derivative is 0 where something was replaced.
Tensor nan_to_num(const Tensor& x, double nan = 0, std::optional<double> posinf = {},
                  std::optional<double> neginf = {});

}  // namespace heed
