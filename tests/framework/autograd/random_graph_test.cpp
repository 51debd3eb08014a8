// Random graphs against finite differences: any mixture of ops, with nodes used again and again.
#include "heed/framework/autograd/gradcheck.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/matmul.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/view.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::random_graph_test {
namespace {

/// A [n, n] matrix made of two others by an op chosen by `choice`; it stays of moderate size.
Tensor apply(int64_t choice, const Tensor& a, const Tensor& b) {
  const int64_t n = a.size(0);
  switch (choice) {
    case 0:
      return (a + b) * 0.5;
    case 1:
      return tanh(a * b);
    case 2:
      return tanh(a);
    case 3:
      return matmul(a, b) * (1.0 / static_cast<double>(n));
    case 4:
      return expand(sum(a, {1}, true) * 0.25, {n, n}) - b;
    case 5:
      return expand(sum(a, {0}) * 0.25, {n, n}) * tanh(b);
    case 6:
      return permute(a, {1, 0});
    case 7:
      return matmul(a.transpose(0, 1), b.slice(0, 0, n)) * 0.25;
    case 8: {
      const Tensor half = a.slice(1, 1, n);
      return half * expand(b.slice(1, 0, 1), half.shape()) + a.slice(1, 0, n - 1);
    }
    case 9:
      return a.select(0, 0).unsqueeze(1) * b.select(1, n - 1).unsqueeze(0);
    default:
      return a.reshape({n * n}).reshape({n, n}).transpose(0, 1) - b;
  }
}

/// The sum of all loose ends of a random graph of `size` nodes over the inputs.
Tensor random_graph(uint64_t seed, int64_t size, const std::vector<Tensor>& inputs) {
  Rng rng(stream(seed, Purpose::user, 2));
  std::vector<Tensor> made(inputs);
  const auto pick = [&] {
    // New nodes more often than old ones, so that graphs are deep as well as wide.
    const auto count = static_cast<int64_t>(made.size());
    const int64_t i = rng.integer(0, 2) == 0 ? rng.integer(0, count) : count - 1;
    return made[static_cast<size_t>(i)];
  };
  const int64_t n = inputs[0].size(0);
  for (int64_t i = 0; i < size; ++i) {
    Tensor next = apply(rng.integer(0, 11), pick(), pick());
    if (next.size(1) < n) next = sum(next, {1}, true).expand({n, n});
    made.push_back(next);
  }
  return sum(made.back()) + sum(pick() * pick()) * 0.1;
}

}  // namespace

TEST_CASE("200 random graphs of 3 to 40 nodes have the gradients of finite differences") {
  Rng rng(stream(77, Purpose::user));
  for (uint64_t seed = 0; seed < 200; ++seed) {
    const int64_t size = rng.integer(3, 41), n = rng.integer(2, 4);
    const std::vector<Tensor> inputs{normal({n, n}, 2 * seed).requires_grad_(),
                                     normal({n, n}, 2 * seed + 1).requires_grad_()};
    const auto f =
        differentiable([&](const std::vector<Tensor>& in) { return random_graph(seed, size, in); });
    const GradcheckReport report = gradcheck(f, inputs);
    INFO("seed " << seed << ", " << size << " nodes: " << report.text());
    CHECK(report.passed);
    CHECK(report.elements == 2 * n * n);
  }
}

TEST_CASE("20 small random graphs have the second derivatives of finite differences") {
  Rng rng(stream(78, Purpose::user));
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const int64_t size = rng.integer(3, 12);
    const std::vector<Tensor> inputs{normal({2, 2}, 900 + 2 * seed).requires_grad_(),
                                     normal({2, 2}, 901 + 2 * seed).requires_grad_()};
    const auto f = differentiable(
        [&](const std::vector<Tensor>& in) { return random_graph(1000 + seed, size, in); });
    const GradcheckReport report = gradgradcheck(f, inputs);
    INFO("seed " << seed << ", " << size << " nodes: " << report.text());
    CHECK(report.passed);
  }
}

}  // namespace heed::testing::random_graph_test
