// What the ops of the table compute: against naive references, and gradients against differences.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include "heed/framework/autograd/gradcheck.h"
#include "heed/framework/autograd/node.h"
#include "heed/tests/framework/ops/case/op_properties.h"

namespace heed::testing::op_table_values_test {
namespace {

using reference::NdArray;

std::vector<NdArray> reference_outputs(const OpCase& op, const Sample& sample,
                                       const Tensors& inputs) {
  Arrays arrays;
  for (const Tensor& input : inputs) {
    arrays.push_back(input.defined() ? std::optional(array_of(input)) : std::nullopt);
  }
  return op.reference(arrays, Attributes(op.attributes, sample.attributes));
}

DType expected_dtype(const OpCase& op, const Sample& sample, size_t output, DType floating) {
  switch (op.output_type(output)) {
    case OutputType::i64:
      return DType::i64;
    case OutputType::boolean:
      return DType::boolean;
    case OutputType::as_input:
      return floating;
    case OutputType::as_attribute:
      break;
  }
  const std::string name = sample.attributes.at("dtype");
  for (const DType dtype : {DType::f32, DType::f64, DType::i64}) {
    if (name == heed::name_of(dtype)) return dtype;
  }
  return DType::boolean;
}

bool any_requires_grad(const Tensors& tensors) {
  bool any = false;
  for (const Tensor& tensor : tensors) any = any || (tensor.defined() && tensor.requires_grad());
  return any;
}

bool has_floating_input(const Sample& sample) {
  bool any = false;
  for (const Input& input : sample.inputs) any = any || input.is_floating();
  return any;
}

/// What an op that takes integers says of bool, or one that does not of either.
std::string refusal(const OpCase& op, DType dtype) {
  if (op.takes(DType::i64)) {
    return op.name + ": takes numbers, got bool; write .to(DType::f32) or .to(DType::i64)";
  }
  return text_of(op.name, ": takes f32 or f64, got ", dtype, "; write .to(DType::f32)");
}

double output_tolerance(const OpCase& op, DType floating) {
  if (!is_floating(floating)) return 0;
  return floating == DType::f32 ? op.tolerance.f32 : op.tolerance.f64;
}

/// Forward and backward in one dtype: values, dtypes, shapes, and that the inputs stay as they
/// were.
void check_values(const OpCase& op, const Sample& sample, DType floating,
                  const std::string& where) {
  const Tensors inputs = leaves_of(op, sample, floating);
  const Tensors before = leaves_of(op, sample, floating);
  const Run got = run(op, sample, inputs);
  const std::vector<NdArray> want = reference_outputs(op, sample, before);
  expect(got.outputs.size() == want.size(), where + ": number of outputs");
  for (size_t i = 0; i < want.size(); ++i) {
    const std::string output = where + ", output " + std::to_string(i);
    expect(difference(array_of(got.outputs.at(i)), want[i], output_tolerance(op, floating)),
           output);
    expect(got.outputs[i].dtype() == expected_dtype(op, sample, i, floating), output + ": dtype");
    const bool recorded =
        op.differentiable && is_floating(got.outputs[i].dtype()) && any_requires_grad(inputs);
    expect(got.outputs[i].requires_grad() == recorded, output + ": requires grad");
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    const std::string input = where + ", input " + std::to_string(i);
    expect(bit_difference(inputs[i], before[i]), input + " afterwards");
    if (!got.gradients[i].defined()) continue;
    expect(got.gradients[i].shape() == inputs[i].shape() &&
               got.gradients[i].dtype() == inputs[i].dtype(),
           input + ": its gradient has its shape and dtype");
  }
}

Differentiable as_function(const OpCase& op, const Sample& sample) {
  return [&op, attributes = Attributes(op.attributes, sample.attributes)](const Tensors& inputs) {
    return call_op(op, inputs, attributes);
  };
}

/// Calls visit(node, type) for each pullback in the graph of `outputs`.
template <class Visit>
void for_each_pullback(const Tensors& outputs, const Visit& visit) {
  std::set<const Node*> seen;
  std::vector<const Node*> waiting;
  for (const Tensor& output : outputs) waiting.push_back(output.impl()->node.get());
  while (!waiting.empty()) {
    const Node* const node = waiting.back();
    waiting.pop_back();
    if (node == nullptr || !seen.insert(node).second) continue;
    for (const NodeEdge& edge : node->edges()) {
      if (edge.type != nullptr) visit(*node, *edge.type);
      waiting.push_back(edge.target.get());
    }
  }
}

size_t number_of_matches(const std::string& folder, const std::string& pattern) {
  const std::regex expression(pattern);
  size_t count = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(HEED_SOURCE_DIR) / folder)) {
    std::ifstream file(entry.path());
    const std::string text(std::istreambuf_iterator<char>(file), {});
    count += static_cast<size_t>(
        std::distance(std::sregex_iterator(text.begin(), text.end(), expression), {}));
  }
  return count;
}

/// Some samples have elements of a thousand, and steps grow with elements.
const GradcheckOptions short_steps{.step = 1e-6};

bool can_gradcheck(const OpCase& op, const Sample& sample) {
  return op.differentiable && sample.smooth && !sample.is_large() && has_floating_input(sample);
}

}  // namespace

TEST_CASE(
    "Every op gives the values of its naive reference in f64 and f32 and leaves its inputs alone",
    "[op_table]") {
  for_each_sample([](const OpCase& op, const Sample& sample, const std::string& where) {
    for (const DType floating : {DType::f64, DType::f32}) {
      check_values(op, sample, floating, where + " in " + heed::name_of(floating));
    }
  });
}

TEST_CASE("Every op is exact in the integer and bool dtypes it takes and refuses the others",
          "[op_table]") {
  for_each_sample([](const OpCase& op, const Sample& sample, const std::string& where) {
    if (!has_floating_input(sample)) return;
    for (const DType dtype : {DType::i64, DType::boolean}) {
      const std::string here = where + " in " + heed::name_of(dtype);
      if (op.takes(dtype)) {
        check_values(op, sample, dtype, here);
        continue;
      }
      const Tensors inputs = leaves_of(op, sample, dtype);
      std::string problem = "is no DTypeError";
      try {
        call_op(op, inputs, Attributes(op.attributes, sample.attributes));
      } catch (const DTypeError& error) {
        problem = error.what();
        if (problem == refusal(op, dtype)) problem.clear();
      }
      expect(problem, here);
    }
  });
}

TEST_CASE("Every gradient agrees with central differences, element by element, in f64",
          "[op_table]") {
  for_each_sample([](const OpCase& op, const Sample& sample, const std::string& where) {
    if (!can_gradcheck(op, sample)) return;
    const Tensors inputs = leaves_of(op, sample, DType::f64);
    const GradcheckReport report = gradcheck(as_function(op, sample), inputs, short_steps);
    totals().gradient_elements += report.elements;
    expect(report.passed ? std::string() : report.text(), where);
  });
}

TEST_CASE("Every second gradient agrees with central differences of the first", "[op_table]") {
  for_each_sample([](const OpCase& op, const Sample& sample, const std::string& where) {
    if (!op.twice_differentiable || !can_gradcheck(op, sample)) return;
    const Tensors inputs = leaves_of(op, sample, DType::f64);
    const GradcheckReport report = gradgradcheck(as_function(op, sample), inputs, short_steps);
    totals().second_gradient_elements += report.elements;
    expect(report.passed ? std::string() : report.text(), where);
  });
}

TEST_CASE("Every gradient under create_graph is the plain one", "[op_table]") {
  for_each_sample([](const OpCase& op, const Sample& sample, const std::string& where) {
    if (!op.differentiable) return;
    const Run want = run(op, sample, leaves_of(op, sample, DType::f64));
    const Run got = run_with_graph(op, sample, leaves_of(op, sample, DType::f64));
    for (size_t i = 0; i < want.gradients.size(); ++i) {
      expect(difference(got.gradients[i], want.gradients[i], 1e-12),
             where + ", gradient of input " + std::to_string(i));
    }
  });
}

TEST_CASE(
    "Every pullback with a fused form is in the graph of a row, where both forms are compared") {
  std::set<const PullbackType*> fused;
  std::string ops;
  for (const OpCase& op : op_table()) {
    if (!op.differentiable) continue;
    for (const Sample& sample : op.samples) {
      const Tensors outputs = call_op(op, leaves_of(op, sample, DType::f64),
                                      Attributes(op.attributes, sample.attributes));
      for_each_pullback(outputs, [&](const Node& node, const PullbackType& type) {
        if (type.has_fused_form && fused.insert(&type).second) ops += std::string(" ") + node.op;
      });
    }
  }
  INFO("fused:" << ops);
  CHECK(fused.size() == number_of_matches("framework/ops", R"(\bfused<)"));
}

TEST_CASE("Every gradient in f32 is that in f64, rounded", "[op_table]") {
  for_each_sample([](const OpCase& op, const Sample& sample, const std::string& where) {
    if (!op.differentiable || !sample.smooth) return;
    const Run want = run(op, sample, leaves_of(op, sample, DType::f64));
    const Run got = run(op, sample, leaves_of(op, sample, DType::f32));
    for (size_t i = 0; i < want.gradients.size(); ++i) {
      expect(difference(got.gradients[i], want.gradients[i], op.tolerance.gradient_f32),
             where + ", gradient of input " + std::to_string(i));
    }
  });
}

}  // namespace heed::testing::op_table_values_test
