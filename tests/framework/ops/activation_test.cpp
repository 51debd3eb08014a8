// The one-pass gradients of activations are those of the formulas, which backward(create_graph)
// records.
#include "heed/framework/ops/activation.h"

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/view.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/framework/simd_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::activation_test {
namespace {

using Activation = Tensor (*)(const Tensor&);

constexpr std::pair<const char*, Activation> activations[] = {
    {"relu", relu},
    {"sigmoid", sigmoid},
    {"tanh", tanh},
    {"silu", silu},
    {"gelu", [](const Tensor& x) { return gelu(x); }},
    {"gelu tanh", [](const Tensor& x) { return gelu(x, GeluApproximation::tanh); }},
};

std::vector<double> gradient(Activation f, const Tensor& x, const Tensor& g, bool create_graph) {
  const Tensor leaf = x.detach().requires_grad_();
  f(leaf).backward(g, {.create_graph = create_graph});
  return leaf.grad().detach().to(DType::f64).to_vector<double>();
}

}  // namespace

TEST_CASE("one-pass gradients of activations are those of their formulas on every target") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const std::vector<double> edges{0,   -0.0, 1e-40, -1e-40,   30,        -30,
                                  300, -300, 1e-5,  infinity, -infinity, std::nan("")};
  on_every_target([&] {
    for (const auto& [name, f] : activations) {
      for (const DType dtype : {DType::f32, DType::f64}) {
        CAPTURE(name, dtype);
        const Tensor wide = normal({50, 37}, 1, dtype), g = normal({50, 37}, 2, dtype);
        const Tensor extreme = from_values(edges, {static_cast<int64_t>(edges.size())}).to(dtype);
        const Tensor one = normal({1}, 3, dtype);
        const std::pair<Tensor, Tensor> cases[] = {
            {wide, g},
            {transpose(wide, 0, 1), transpose(g, 0, 1)},
            {wide, expand(one, {50, 37})},
            {extreme, expand(one, extreme.shape())},
        };
        for (const auto& [x, incoming] : cases) {
          const std::vector<double> got = gradient(f, x, incoming, false);
          const std::vector<double> want = gradient(f, x, incoming, true);
          for (size_t i = 0; i < got.size(); ++i) {
            CAPTURE(i, got[i], want[i]);
            if (std::isnan(want[i])) {
              CHECK(std::isnan(got[i]));
            } else if (got[i] != want[i]) {  // equal infinities have no difference
              CHECK(std::abs(got[i] - want[i]) <= (dtype == DType::f32 ? 2e-6 : 1e-14));
            }
          }
        }
      }
    }
  });
}

TEST_CASE("a cap beyond the range of f32 is none, one below it leaves nothing") {
  for (const DType dtype : {DType::f32, DType::f64}) {
    const Tensor x = from_values(Values{0, 1, -3}, {3}).to(dtype);
    const Values wide = values(soft_cap(x, 1e300).to(DType::f64));
    const Values narrow = values(soft_cap(x, 1e-320).to(DType::f64));
    for (size_t i = 0; i < 3; ++i) {
      CHECK(std::abs(wide[i] - values(x.to(DType::f64))[i]) < 1e-5);
      CHECK(std::abs(narrow[i]) < 1e-37);
    }
  }
}

}  // namespace heed::testing::activation_test
