// Trigonometric and hyperbolic functions and their inverses, of f32 or f64; `tanh` is in
// functions.h.
#pragma once

#include "heed/framework/tensor/tensor.h"

namespace heed {

Tensor sin(const Tensor& x);   ///< of an angle in radians
Tensor cos(const Tensor& x);   ///< of an angle in radians
Tensor tan(const Tensor& x);   ///< of an angle in radians
Tensor asin(const Tensor& x);  ///< in [−π/2, π/2]; NaN unless |x| ≤ 1
Tensor acos(const Tensor& x);  ///< in [0, π]; NaN unless |x| ≤ 1
Tensor atan(const Tensor& x);  ///< in (−π/2, π/2)
/// The angle of the point (x, y), in [−π, π]; shapes broadcast. The derivatives at (0, 0) are 0.
Tensor atan2(const Tensor& y, const Tensor& x);
Tensor sinh(const Tensor& x);   ///< (eˣ − e⁻ˣ)/2
Tensor cosh(const Tensor& x);   ///< (eˣ + e⁻ˣ)/2
Tensor asinh(const Tensor& x);  ///< the inverse of sinh, of every number
Tensor acosh(const Tensor& x);  ///< ≥ 0; NaN unless x ≥ 1
Tensor atanh(const Tensor& x);  ///< NaN unless |x| ≤ 1

}  // namespace heed
