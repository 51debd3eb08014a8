// Copies of tensors: as another dtype, in another layout, or as they are. All differentiable.
#pragma once

#include "heed/framework/tensor/tensor.h"

namespace heed {

/// `x` as `dtype`; `x` itself if it is that already. The gradient is cast back.
Tensor to(const Tensor& x, DType dtype);
/// The same elements in memory of their own, row-major.
Tensor clone(const Tensor& x);
/// `x` itself if its elements are row-major without holes, else a copy that is.
Tensor contiguous(const Tensor& x);

}  // namespace heed
