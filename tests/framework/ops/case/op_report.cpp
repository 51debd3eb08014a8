#include "heed/tests/framework/ops/case/op_report.h"

#include <algorithm>

#include "heed/tests/framework/ops/case/op_checks.h"

namespace heed::testing {
namespace {

Tensors tensors_of(const std::vector<Input>& inputs) {
  Tensors tensors;
  for (const Input& input : inputs) {
    tensors.push_back(tensor_of(array_of(input, 0), dtype_of_input(input, DType::f64)));
    if (tensors.back().defined() && is_floating(tensors.back().dtype())) {
      tensors.back().requires_grad_();
    }
  }
  return tensors;
}

std::string message_of(const OpCase& op, const ErrorCase& error) {
  try {
    call_op(op, tensors_of(error.inputs), Attributes(op.attributes, error.attributes));
  } catch (const std::exception& thrown) {
    return thrown.what();
  }
  return "nothing was thrown";
}

void check_errors(Report& report, const OpCase& op) {
  for (const ErrorCase& error : op.errors) {
    check_refusal(
        report, [&] { return message_of(op, error); }, error.message);
  }
}

void check_hidden_nan(Report& report, const OpCase& op) {
  if (op.hides_nan.empty() || op.samples.empty()) return;
  const bool hides = std::any_of(op.samples.begin(), op.samples.end(), [&](const Sample& sample) {
    bool hidden = false;
    contained([&] {
      hidden = hides_nan(op, sample);
      return std::string();
    });
    return hidden;
  });
  check_row(report, "it hides NaN as its row says",
            hides ? "" : "it never does; leave hides_nan out");
}

bool has_large_sample(const OpCase& op) {
  return std::any_of(op.samples.begin(), op.samples.end(),
                     [](const Sample& sample) { return sample.is_large(); });
}

}  // namespace

Report check_op(const OpCase& op) {
  return check_op(op, op_checks());
}

Report check_op(const OpCase& op, const std::vector<OpCheck>& checks) {
  Report report{.name = op.name, .samples = static_cast<int64_t>(op.samples.size())};
  check_completeness(report, op);
  check_row(report, "it names its inputs", op.inputs.empty() ? ".inputs is empty" : "");
  check_row(report, "it has a function to call", op.call ? "" : ".call is missing");
  if (report.problems.empty()) {
    check_samples(report, op, checks);
    check_errors(report, op);
    check_hidden_nan(report, op);
  }
  if (!has_large_sample(op)) {
    report.untried.push_back("an input of more than 2,048 elements, to be split between threads");
  }
  report.passed = report.problems.empty();
  return report;
}

}  // namespace heed::testing
