// Names of axes go from inputs to outputs where they must, and nowhere else.
#include "heed/examples/cli/inspect/trace/axes.h"

#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"
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
  CHECK(carried("flip", x, "B L D", x) == "");
  CHECK(carried("sum", x, "B L D", zeros({2, 5})) == "");
  const Tensor a = zeros({2, 3, 4}), b = zeros({2, 4, 5});
  const Axes of_a = axes_of("B M K"), of_b = axes_of("B K N"), none;
  CHECK(carried_axes("matmul", {{&a, &of_a}, {&b, &of_b}}, zeros({2, 3, 5})) == axes_of("B M N"));
  CHECK(carried_axes("matmul", {{&a, &of_a}, {&b, &none}}, zeros({2, 3, 5})).empty());
  CHECK(carried_axes("matmul", {{&a, &of_a}, {&b, &of_b}}, zeros({7, 2, 3, 5})).empty());
  CHECK(carried_axes("mul", {{&b, &none}, {&b, &of_b}}, b) == of_b);
  CHECK(carried_axes("add", {}, b).empty());
}

}  // namespace
}  // namespace heed::testing::trace_axes_test
