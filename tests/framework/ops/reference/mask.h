// Naive reference for framework/ops/mask.h.
#pragma once

#include "heed/tests/support/case/nd_array.h"

namespace heed::reference {

/// exp over sum of exp along `dim` of what is not blocked; zeros where all is.
NdArray masked_softmax(const NdArray& x, const NdArray& blocked, int64_t dim);

}  // namespace heed::reference
