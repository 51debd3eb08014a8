// Names of axes go from inputs to outputs where they must, and nowhere else.
#include "heed/examples/cli/inspect/trace/axes.h"

#include <algorithm>
#include <set>

#include "heed/framework/autograd/trace.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"
#include "heed/tests/framework/ops/case/op_checks.h"
#include "heed/tests/framework/ops/op_table.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::trace_axes_test {
namespace {

/// The names after `op` from one input to an output.
std::string carried(const char* op, const Tensor& x, const char* names, const Tensor& y) {
  const Axes axes = axes_of(names);
  std::string text;
  for (const std::string& axis : carried_axes(op, {{&x, &axes}}, y)) {
    text += (text.empty() ? "" : " ") + axis;
  }
  return text;
}

TEST_CASE("a view splits and joins products", "[program]") {
  const Tensor x = zeros({2, 5, 12});
  const auto viewed = [&](const Shape& shape, const char* names) {
    return carried("view", x, names, x.view(shape));
  };
  CHECK(viewed({2, 5, 3, 4}, "B L_1 H*D_qk") == "B L_1 H D_qk");
  CHECK(viewed({2, 5, 3, 4}, "B L_1 D") == "B L_1 3 4");
  CHECK(viewed({2, 5, 2, 6}, "B L_1 60") == "B L_1 2 6");
  CHECK(viewed({10, 12}, "B L D") == "B*L D");
  CHECK(viewed({120}, "B L D") == "B*L*D");
  CHECK(viewed({2, 5, 12}, "B L D") == "B L D");
  CHECK(viewed({4, 30}, "B L D") == "4 30");  // no border in common
  CHECK(viewed({2, 5, 12}, "") == "");
}

TEST_CASE("a moved axis takes its name along, unless it can not be told from another",
          "[program]") {
  const Tensor x = zeros({2, 3, 3, 4});
  CHECK(carried("permute", x, "B H L D", x.permute({0, 2, 1, 3})) == "B L H D");
  CHECK(carried("transpose", x, "B H L D", x.transpose(-2, -1)) == "B H D L");
  const Tensor alike = zeros({1, 1, 3});
  CHECK(carried("permute", alike.expand({4, 4, 3}), "A B C",
                alike.expand({4, 4, 3}).permute({1, 0, 2})) == "");
}

TEST_CASE("products, expanded and elementwise tensors", "[program]") {
  const Tensor x = zeros({2, 5, 12});
  CHECK(carried("linear", x, "B L_1 D_1", zeros({2, 5, 7})) == "B L_1 7");
  CHECK(carried("linear", x, "", zeros({2, 5, 7})) == "");
  CHECK(carried("expand", zeros({5, 1}), "L 1", zeros({2, 5, 3})) == "2 L 3");
  CHECK(carried("softmax", x, "B L_1 L_2", x) == "B L_1 L_2");
  CHECK(carried("add", zeros({12}), "D", x) == "");
  CHECK(carried("flip", x, "B L D", x) == "B L D");
  CHECK(carried("index_select", x, "B L D", x) == "");
  CHECK(carried("sum", x, "B L D", zeros({2, 5})) == "");
  const Tensor a = zeros({2, 3, 4}), b = zeros({2, 4, 5});
  const Axes of_a = axes_of("B M K"), of_b = axes_of("B K N"), none;
  CHECK(carried_axes("matmul", {{&a, &of_a}, {&b, &of_b}}, zeros({2, 3, 5})) == axes_of("B M N"));
  CHECK(carried_axes("matmul", {{&a, &of_a}, {&b, &none}}, zeros({2, 3, 5})).empty());
  CHECK(carried_axes("matmul", {{&a, &of_a}, {&b, &of_b}}, zeros({7, 2, 3, 5})).empty());
  CHECK(carried_axes("mul", {{&b, &none}, {&b, &of_b}}, b) == of_b);
  CHECK(carried_axes("add", {}, b).empty());
  const Tensor q = zeros({2, 5, 4});
  const Axes of_q = axes_of("B L_1 D_qk"), of_k = axes_of("B L_2 D_qk"),
             of_v = axes_of("B L_2 D_v");
  CHECK(carried_axes("scaled_dot_product_attention", {{&q, &of_q}, {&q, &of_k}, {&q, &of_v}}, q) ==
        axes_of("B L_1 D_v"));
}

/// Names each axis by its size, "s5", and checks the names that come out.
class AxesChecker : public OpObserver {
 public:
  void on_op(const TracedOp& op) override {
    std::vector<Axes> names;
    std::vector<NamedAxes> inputs;
    bool has_same_shape = false;
    names.reserve(op.inputs.size());
    for (const Tensor* input : op.inputs) {
      if (!input->defined()) continue;
      names.emplace_back();
      for (const int64_t size : input->shape()) names.back().push_back("s" + std::to_string(size));
      inputs.push_back({input, &names.back()});
      has_same_shape = has_same_shape || (input->dim() > 0 && input->shape() == op.output.shape());
    }
    const std::string name = op.op;
    const Axes axes = carried_axes(name, inputs, op.output);
    INFO(name);
    if (axes.empty()) {
      if (has_same_shape) blank.insert(name);
      return;
    }
    REQUIRE(axes.size() == static_cast<size_t>(op.output.dim()));
    for (size_t d = 0; d < axes.size(); ++d) {
      CHECK(size_of(axes[d]) == op.output.size(static_cast<int64_t>(d)));
    }
    named.insert(name);
  }
  void on_axes(const Tensor&, std::string_view) override {}

  std::set<std::string> blank, named;

 private:
  /// "s2*s5" is 10, and so is "10".
  static int64_t size_of(const std::string& axis) {
    if (axis[0] != 's') return std::stoll(axis);
    const size_t star = std::min(axis.find('*'), axis.size());
    const int64_t first = std::stoll(axis.substr(1, star - 1));
    return star == axis.size() ? first : first * size_of(axis.substr(star + 1));
  }
};

TEST_CASE("no op of the table leaves axes blank where an input has its output's shape",
          "[program]") {
  AxesChecker checker;
  const TraceScope trace(&checker);
  for (const OpCase& op : op_table()) {
    for (const Sample& sample : op.samples) {
      if (sample.is_large()) continue;
      call_op(op, leaves_of(subject_of(op, sample), op.dtypes.back()),
              Attributes(op.attributes, sample.attributes));
    }
  }
  for (const char* op : {"gather", "index_select"}) checker.blank.erase(op);  // new axes
  CHECK(checker.blank.empty());
  for (const char* op : {"silu", "rms_norm"}) CHECK(checker.named.contains(op));
}

}  // namespace
}  // namespace heed::testing::trace_axes_test
