// Copies, casts and fills of strided memory.
#pragma once

#include "heed/framework/tensor/tensor.h"

namespace heed::kernels {

/// The elements of `x` in a new tensor, row-major.
Tensor contiguous_copy(const Tensor& x);
/// `x` itself if it is row-major already, else a copy.
Tensor contiguous(const Tensor& x);
/// The elements of `x` as `dtype`, in a new tensor. To integers it cuts towards zero; to bool it
/// asks whether the element is not 0.
Tensor cast(const Tensor& x, DType dtype);
/// Writes the elements of `from` to `to`, which has the same shape and dtype.
void copy_(const Tensor& to, const Tensor& from);
/// Writes `value` to every element of `x`.
void fill_(const Tensor& x, double value);

}  // namespace heed::kernels
