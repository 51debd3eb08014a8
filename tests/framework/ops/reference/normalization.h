// Naive references for normalization.
#pragma once

#include <optional>

#include "heed/tests/support/case/nd_array.h"

namespace heed::reference {

/// (x - mean) / √(var + eps) over the last dims, which must be `normalized_shape`; the variance
/// divides by n. `weight` and `bias` have the shape `normalized_shape`.
NdArray layer_norm(const NdArray& x, const std::vector<int64_t>& normalized_shape,
                   const std::optional<NdArray>& weight = std::nullopt,
                   const std::optional<NdArray>& bias = std::nullopt, double eps = 1e-5);

NdArray rms_norm(const NdArray& x, const std::vector<int64_t>& normalized_shape,
                 const std::optional<NdArray>& weight, double eps);

}  // namespace heed::reference
