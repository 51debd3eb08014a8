// What every op on several operands does first.
#pragma once

#include "heed/framework/tensor/tensor.h"

namespace heed {

struct Operands {
  Tensor a, b;
};

/// Both in their common shape. `expand` is recorded, so no pullback has to undo broadcasting: each
/// sees operands and gradients of one shape. Throws ShapeError naming `op`.
Operands broadcast(const char* op, const Tensor& a, const Tensor& b);
/// As `broadcast`, for operands that must have one dtype. Throws DTypeError naming `op`.
Operands operands(const char* op, const Tensor& a, const Tensor& b);

}  // namespace heed
