// Every op of the table has every property that check_op tries.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include "heed/framework/autograd/node.h"
#include "heed/tests/framework/ops/case/op_checks.h"
#include "heed/tests/framework/ops/case/op_report.h"
#include "heed/tests/framework/ops/op_table.h"
#include "heed/tests/support/expect.h"

namespace heed::testing::op_table_test {
namespace {

Tensors outputs_of(const OpCase& op, const Sample& sample) {
  const Subject subject = subject_of(op, sample);
  return subject.in_dtype(DType::f64).call(leaves_of(subject, DType::f64));
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

bool is_about_layouts(const OpCheck& check) {
  return check.name.find("laid out") != std::string::npos;
}

/// Makes these checks of every row; each must apply to some.
void check_rows(const std::vector<OpCheck>& checks) {
  std::map<std::string, int64_t> made;
  const OpTable rows = chosen_ops();
  for (const OpCase& op : rows) {
    const Report report = check_op(op, checks);
    expect(report);
    for (const auto& [check, count] : report.made) made[check] += count;
  }
  for (const OpCheck& check : checks) {
    INFO(check.name);
    CHECK((made[check.name] > 0 || rows.size() < op_table().size()));
  }
}

}  // namespace

// What check_op does in one go, in two: in an emulator layouts take longer than all the rest.

TEST_CASE("Every op has every property of ops but those of layouts, and none is idle",
          "[op_table]") {
  std::vector<OpCheck> checks = op_checks();
  std::erase_if(checks, is_about_layouts);
  REQUIRE(checks.size() + 2 == op_checks().size());
  check_rows(checks);
}

TEST_CASE("No op sees how memory is laid out", "[op_table][op_layouts]") {
  std::vector<OpCheck> checks{op_checks().front()};  // that it can be called
  for (const OpCheck& check : op_checks()) {
    if (is_about_layouts(check)) checks.push_back(check);
  }
  check_rows(checks);
}

TEST_CASE(
    "Every pullback with a fused form is in the graph of a row, where both forms are compared") {
  std::set<const PullbackType*> fused;
  std::string ops;
  for (const OpCase& op : op_table()) {
    if (!op.differentiable) continue;
    for (const Sample& sample : op.samples) {
      const Tensors outputs = outputs_of(op, sample);
      for_each_pullback(outputs, [&](const Node& node, const PullbackType& type) {
        if (type.has_fused_form && fused.insert(&type).second) ops += std::string(" ") + node.op;
      });
    }
  }
  INFO("fused:" << ops);
  CHECK(fused.size() == number_of_matches("framework/ops", R"(\bfused<)"));
}

TEST_CASE("Looser tolerances of the op table are listed with their reasons", "[op_table]") {
  for (const OpCase& op : op_table()) {
    const Tolerance& own = op.tolerance;
    if (!own.is_looser()) continue;
    WARN(op.name << ": tolerances f64 " << own.f64 << ", f32 " << own.f32 << ", gradients in f32 "
                 << own.gradient_f32 << ": " << own.reason);
  }
}

}  // namespace heed::testing::op_table_test
