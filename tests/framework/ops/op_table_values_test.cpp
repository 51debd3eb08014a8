// What the ops of the table compute: against naive references, and gradients against differences.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include "heed/framework/autograd/node.h"
#include "heed/tests/framework/ops/case/op_properties.h"

namespace heed::testing::op_table_values_test {
namespace {

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

bool has_floating_input(const Sample& sample) {
  return std::any_of(sample.inputs.begin(), sample.inputs.end(),
                     [](const Input& input) { return input.is_floating(); });
}

/// What an op that takes integers says of bool, or one that does not of either.
std::string refusal(const OpCase& op, const Sample& sample, DType dtype) {
  if (op.takes(DType::i64, sample)) {
    return op.name + ": takes numbers, got bool; write .to(DType::f32) or .to(DType::i64)";
  }
  return text_of(op.name, ": takes f32 or f64, got ", dtype, "; write .to(DType::f32)");
}

Tensors outputs_of(const OpCase& op, const Sample& sample, DType dtype) {
  const Subject subject = subject_of(op, sample);
  return subject.in_dtype(dtype).call(leaves_of(subject, dtype));
}

void check_values(const OpCase& op, const Sample& sample, DType dtype, const std::string& where) {
  const std::string here = where + " in " + heed::name_of(dtype);
  expect(values_problem(subject_of(op, sample), dtype), here);
  const Tensors outputs = outputs_of(op, sample, dtype);
  for (size_t i = 0; i < outputs.size(); ++i) {
    expect(outputs[i].dtype() == expected_dtype(op, sample, i, dtype),
           text_of(here, ", output ", i, ": dtype"));
  }
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

}  // namespace

TEST_CASE(
    "Every op gives the values of its naive reference in f64 and f32 and leaves its inputs alone",
    "[op_table]") {
  for_each_sample([](const OpCase& op, const Sample& sample, const std::string& where) {
    for (const DType dtype : {DType::f64, DType::f32}) check_values(op, sample, dtype, where);
  });
}

TEST_CASE("Every op is exact in the integer and bool dtypes it takes and refuses the others",
          "[op_table]") {
  for_each_sample([](const OpCase& op, const Sample& sample, const std::string& where) {
    if (!has_floating_input(sample)) return;
    for (const DType dtype : {DType::i64, DType::boolean}) {
      if (op.takes(dtype, sample)) {
        check_values(op, sample, dtype, where);
        continue;
      }
      std::string problem = "is no DTypeError";
      try {
        outputs_of(op, sample, dtype);
      } catch (const DTypeError& error) {
        problem = error.what();
        if (problem == refusal(op, sample, dtype)) problem.clear();
      }
      expect(problem, where + " in " + heed::name_of(dtype));
    }
  });
}

TEST_CASE("Every gradient agrees with central differences, element by element, in f64",
          "[op_table]") {
  for_each_sample([](const OpCase& op, const Sample& sample, const std::string& where) {
    const Subject subject = subject_of(op, sample);
    if (can_differ(subject) && has_floating_input(sample)) {
      expect(gradient_problem(subject), where);
    }
  });
}

TEST_CASE("Every second gradient agrees with central differences of the first", "[op_table]") {
  for_each_sample([](const OpCase& op, const Sample& sample, const std::string& where) {
    const Subject subject = subject_of(op, sample);
    if (subject.twice_differentiable && can_differ(subject) && has_floating_input(sample)) {
      expect(second_gradient_problem(subject), where);
    }
  });
}

TEST_CASE("Every gradient under create_graph is the plain one", "[op_table]") {
  for_each_sample([](const OpCase& op, const Sample& sample, const std::string& where) {
    if (op.differentiable) expect(graph_problem(subject_of(op, sample)), where);
  });
}

TEST_CASE(
    "Every pullback with a fused form is in the graph of a row, where both forms are compared") {
  std::set<const PullbackType*> fused;
  std::string ops;
  for (const OpCase& op : op_table()) {
    if (!op.differentiable) continue;
    for (const Sample& sample : op.samples) {
      const Tensors outputs = outputs_of(op, sample, DType::f64);
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
    if (op.differentiable && sample.smooth) expect(rounding_problem(subject_of(op, sample)), where);
  });
}

}  // namespace heed::testing::op_table_values_test
