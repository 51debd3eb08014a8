// Naive references for matrix products.
#pragma once

#include <optional>

#include "heed/tests/support/case/nd_array.h"

namespace heed::reference {

/// Rules of PyTorch: a 1-d operand gains a dim of size 1 (in front on the left, behind on the
/// right) that the result loses again; the dims before the last two broadcast.
NdArray matmul(const NdArray& a, const NdArray& b);

/// y[..., o] = Σ_i x[..., i] weight[o, i] + bias[o]; weight is [out, in].
NdArray linear(const NdArray& x, const NdArray& weight,
               const std::optional<NdArray>& bias = std::nullopt);

}  // namespace heed::reference
