// What the ops of the table refuse, word by word.
#include <algorithm>

#include "heed/tests/framework/ops/case/op_properties.h"
#include "heed/tests/support/tensor_json.h"

namespace heed::testing::op_table_error_test {
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

/// Whether input `i` of a call may be left out.
bool is_optional(const OpCase& op, size_t i) {
  return op.inputs[std::min(i, op.inputs.size() - 1)].back() == '?';
}

/// "" if the op itself, not the table, refuses the sample without its input `i`, or need not.
std::string undefined_problem(const OpCase& op, const Sample& sample, size_t i) {
  Tensors inputs = leaves_of(subject_of(op, sample), op.dtypes.back());
  if (!inputs[i].defined()) return "";
  inputs[i] = Tensor();
  if (!op.takes_list()) inputs.resize(op.inputs.size());
  try {
    op.call(inputs, Attributes(op.attributes, sample.attributes));
  } catch (const Error&) {
    return "";
  } catch (const RequestError&) {  // of two forms the row cannot tell which is meant
    return "";
  }
  return is_optional(op, i) ? "" : "nothing was thrown";
}

}  // namespace

TEST_CASE("Every op refuses an undefined tensor for an input that it needs", "[op_table]") {
  for_each_sample([](const OpCase& op, const Sample& sample, const std::string& where) {
    if (sample.is_large()) return;
    for (size_t i = 0; i < sample.inputs.size(); ++i) {
      expect(contained([&] { return undefined_problem(op, sample, i); }),
             where + ", input " + std::to_string(i) + " undefined");
    }
  });
}

TEST_CASE("Every op says what is wrong with its inputs, in whole messages, and leaks nothing",
          "[op_table]") {
  for (const OpCase& op : chosen_ops()) {
    for (const ErrorCase& error : op.errors) {
      ++totals().error_messages;
      expect(contained([&] {
               const std::string message = message_of(op, error);
               return message == error.message ? "" : "the message is \"" + message + "\"";
             }),
             op.name + ", expecting \"" + error.message + "\"");
    }
  }
}

TEST_CASE("Looser tolerances of the op table have a reason", "[op_table]") {
  for (const OpCase& op : op_table()) {
    const Tolerance& own = op.tolerance;
    expect(own.is_looser() != own.reason.empty(), op.name + ": a reason if and only if looser");
    if (own.is_looser()) {
      WARN(op.name << ": tolerances f64 " << own.f64 << ", f32 " << own.f32 << ", gradients in f32 "
                   << own.gradient_f32 << ": " << own.reason);
    }
  }
}

}  // namespace heed::testing::op_table_error_test
