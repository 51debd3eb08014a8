// Naive references for framework/ops/softmax.h; a row of -inf only is NaN.
#pragma once

#include "heed/tests/support/case/nd_array.h"

namespace heed::reference {

NdArray softmax(const NdArray& x, int64_t dim);
NdArray log_softmax(const NdArray& x, int64_t dim);

}  // namespace heed::reference
