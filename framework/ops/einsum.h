// Einstein summation.
#pragma once

#include <span>
#include <string_view>

#include "heed/framework/tensor/tensor.h"

namespace heed {

/// The sum over products that `equation` spells, as in PyTorch: a term of letters per operand,
/// "..." for dimensions that broadcast, "->" and the letters of the result (left out: those that
/// appear once, in alphabetical order). A letter twice in a term takes the diagonal.
/// "bhqd,bhkd->bhqk" is Q·Kᵀ. Computed by permute, matmul and sum, operands from left to right.
/// Throws ValueError on an equation that means nothing, ShapeError on sizes that differ.
Tensor einsum(std::string_view equation, std::span<const Tensor> operands);

}  // namespace heed
