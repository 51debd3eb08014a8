// Quotients that are whole numbers, and what remains.
#pragma once

#include "heed/framework/tensor/tensor.h"

namespace heed::kernels {

enum class Division {
  floor,      ///< a / b rounded down
  trunc,      ///< a / b rounded towards 0
  remainder,  ///< a − floor(a / b)·b, of b's sign
  fmod,       ///< a − trunc(a / b)·b, of a's sign
};
/// Of tensors of numbers of one shape and dtype. Integers must not be divided by 0; the least one
/// divided by −1 wraps around.
Tensor divide(Division division, const Tensor& a, const Tensor& b);

}  // namespace heed::kernels
