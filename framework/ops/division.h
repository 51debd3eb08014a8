// Division with whole quotients, and its remainders: f32, f64 and i64. Shapes broadcast as in
// NumPy, dtypes must agree, and a number beside a tensor takes the tensor's dtype. Integers divided
// by 0 throw a ValueError; the least one divided by −1 wraps around.
#pragma once

#include "heed/framework/tensor/tensor.h"

namespace heed {

/// How a quotient is made whole.
enum class RoundingMode {
  none,   ///< as it is
  trunc,  ///< towards 0, as integers in C++
  floor,  ///< downwards, as // in Python
};
/// a / b, rounded towards 0 or down, with derivative 0; with `none`, true division.
Tensor div(const Tensor& a, const Tensor& b, RoundingMode rounding_mode);
Tensor div(const Tensor& a, double b, RoundingMode rounding_mode);
/// a − floor(a / b)·b: 0, or of b's sign, as `%` in Python. NaN for a floating 0.
Tensor remainder(const Tensor& a, const Tensor& b);
Tensor remainder(const Tensor& a, double b);
/// a − trunc(a / b)·b: of a's sign, as `std::fmod`, and `%` of C++ integers.
Tensor fmod(const Tensor& a, const Tensor& b);
Tensor fmod(const Tensor& a, double b);

}  // namespace heed
