// check_op: an op tried as heed tries its own.
#pragma once

#include "heed/tests/framework/ops/case/op_case.h"
#include "heed/tests/support/case/report.h"

namespace heed::testing {

/// Tries the op at every sample of its row: values against the reference, first and second
/// gradients against central differences, other dtypes, odd memory layouts, one thread and two,
/// memory that runs out, inputs changed in place, NaN; and what it refuses, in whole messages.
Report check_op(const OpCase& op);

}  // namespace heed::testing
