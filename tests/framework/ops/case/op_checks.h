// What must hold for every op at every sample of its row.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "heed/tests/framework/ops/case/op_case.h"
#include "heed/tests/support/case/row_checks.h"
#include "heed/tests/support/case/subject.h"

namespace heed::testing {

/// What the checks of every table ask of the row at a sample. The row must outlive it.
Subject subject_of(const OpCase& op, const Sample& sample);
/// `softmax, sample 3 [2, 3] {"dim":1}`.
std::string describe(const OpCase& op, size_t sample);

using OpCondition = Condition<OpCase, Sample>;
inline const OpCondition any_sample{[](const OpCase&, const Sample&) { return true; }, "a sample"};

/// One property of an op, checked at one sample.
struct OpCheck {
  std::string name;  ///< a sentence about the op: "it …"
  OpCondition applies;
  /// "" if it holds, else what does not.
  std::function<std::string(const OpCase& op, const Sample& sample)> problem;
};

/// Values, dtypes, gradients, layouts, threads. The first is that it can be called.
const std::vector<OpCheck>& op_checks();
/// check_op with some of these, the first among them.
Report check_op(const OpCase& op, const std::vector<OpCheck>& checks);
/// The family that nothing is hidden: unwritten elements, lost memory, changed inputs, NaN.
std::vector<OpCheck> op_trust_checks();

/// Whether no output shows a NaN that all of an input is.
bool hides_nan(const OpCase& op, const Sample& sample);

}  // namespace heed::testing
