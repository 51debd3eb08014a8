// to_dot: the graph as a picture.
#include "heed/framework/autograd/graph.h"

#include "heed/framework/autograd/backward.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/reduce.h"
#include "heed/modules/linear.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::graph_test {
namespace {

size_t count_of(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

}  // namespace

TEST_CASE("the picture of a small graph, whole") {
  const Tensor x = leaf({1, 2}), w = leaf({3, 4});
  const Tensor y = sum(x * w + x);
  CHECK(to_dot(std::vector{y}, {{"x", x}}) == R"(digraph heed {
  rankdir=TB;
  node [shape=box];
    n0 [label="x\nf64 [2]", shape=ellipse];
    n1 [label="leaf\nf64 [2]", shape=ellipse];
    n2 [label="mul\nf64 [2]"];
    n3 [label="add\nf64 [2]"];
    n4 [label="sum\nf64 []"];
  n0 -> n2;
  n1 -> n2;
  n2 -> n3;
  n0 -> n3;
  n3 -> n4;
}
)");
}

TEST_CASE("ops stand in the frame of their module, parameters under their names") {
  struct Net : Layer<Net> {
    Linear first{{this, "first"}, 2, 3}, second{{this, "second"}, 3, 1};
    explicit Net(const Slot& slot) : Layer(slot) {}
    Tensor forward(const Tensor& x) { return second(tanh(first(x))); }
  };
  Net net(Slot::root());
  Rng rng(stream(1, Purpose::user));
  net.reset_parameters(rng);
  const std::string dot = to_dot(std::vector{net(ones({4, 2}))}, net.named_parameters());
  CHECK(count_of(dot, "subgraph cluster_") == 3);
  CHECK(count_of(dot, "label=\"first\";") == 1);
  CHECK(count_of(dot, "label=\"second\";") == 1);
  CHECK(count_of(dot, "label=\"first.weight\\nf32 [3, 2]\", shape=ellipse") == 1);
  CHECK(count_of(dot, "label=\"linear\\n") == 2);
  CHECK(count_of(dot, "{") == count_of(dot, "}"));
}

TEST_CASE("several roots, constants, used-up graphs and long chains make pictures, too") {
  const Tensor x = leaf({1});
  CHECK(count_of(to_dot(std::vector{x * 2.0, exp(x)}), "->") == 2);
  CHECK(to_dot(std::vector{ones({2})}) ==
        "digraph heed {\n  rankdir=TB;\n  node [shape=box];\n}\n");
  const Tensor y = x * 2.0;
  y.backward();
  CHECK(count_of(to_dot(std::vector{y}), "->") == 0);
  Tensor chain = x;
  for (int i = 0; i < 20'000; ++i) chain = chain + 1.0;
  CHECK(count_of(to_dot(std::vector{chain}), "->") == 20'000);
}

TEST_CASE("names with quotes and backslashes are escaped") {
  const Tensor x = leaf({1});
  CHECK(count_of(to_dot(std::vector{x * 2.0}, {{"a\"b\\c", x}}), "label=\"a\\\"b\\\\c\\nf64") == 1);
}

}  // namespace heed::testing::graph_test
