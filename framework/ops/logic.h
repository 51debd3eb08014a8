// Truth and bits, element by element: results have no gradient. Shapes broadcast as in NumPy.
#pragma once

#include "heed/framework/tensor/tensor.h"

namespace heed {

/// Bool tensors. All that is not 0 is true, NaN too; operands may be of any dtypes.
Tensor logical_and(const Tensor& a, const Tensor& b);
Tensor logical_or(const Tensor& a, const Tensor& b);
Tensor logical_xor(const Tensor& a, const Tensor& b);
Tensor logical_not(const Tensor& x);

/// Of i64 or bool tensors, in that dtype. Throws DTypeError for others, and if dtypes differ.
Tensor bitwise_and(const Tensor& a, const Tensor& b);
Tensor bitwise_or(const Tensor& a, const Tensor& b);
Tensor bitwise_xor(const Tensor& a, const Tensor& b);
Tensor bitwise_not(const Tensor& x);

/// Bool tensors, of any dtype: integers are finite.
Tensor isnan(const Tensor& x);
Tensor isinf(const Tensor& x);
Tensor isfinite(const Tensor& x);

}  // namespace heed
