// Anomaly mode: the op that made the first number that is not finite is named.
#include "heed/framework/autograd/anomaly.h"

#include <limits>
#include <thread>

#include "heed/framework/autograd/backward.h"
#include "heed/framework/autograd/record.h"
#include "heed/framework/nn/module.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/softmax.h"
#include "heed/framework/ops/view.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/case/not_finite.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::anomaly_test {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("the first op that makes a number that is not finite is named, with index and ranges") {
  const Tensor x = leaf({1, -2, 3, 0}, {2, 2});
  const Tensor w = leaf({4, 4}, {1, 2});
  CHECK(values(log(square(x))).back() == -infinity);  // off by default
  const AnomalyMode guard;
  CHECK(message_of([&] { exp(log(square(x)) * 2.0); }) ==
        "log: made -Inf at [1, 1] of [2, 2]; input 0 f64 [2, 2] in [0, 9]");
  CHECK(message_of([&] { w / x; }) ==
        "div: made Inf at [1, 1] of [2, 2]; input 0 f64 [2, 2] in [4, 4]; input 1 f64 [2, 2] in "
        "[-2, 3]");
  CHECK(message_of([&] { sqrt(x); }) ==
        "sqrt: made NaN at [0, 1] of [2, 2]; input 0 f64 [2, 2] in [-2, 3]");
  const auto two = std::vector{x, x};
  CHECK(cat(two, 0).requires_grad());
}

TEST_CASE("what came in from outside is not blamed on the op that passes it on") {
  const AnomalyMode guard;
  const Tensor x = leaf({1, not_a_number});
  CHECK(values(x * 2.0).front() == 2);
  const Tensor constant = tensor<double>({1, 2});
  CHECK(message_of([&] { add(constant, x); }) == "no error");
  CHECK(message_of([&] { log(constant - 2.0); }) ==
        "log: made NaN at [0] of [2]; input 0 f64 [2] in [-1, 0]");  // without any graph, too
}

TEST_CASE("a gradient that becomes infinite is named with the op and the input") {
  const AnomalyMode guard;
  const Tensor x = leaf({4, 0}), w = leaf({1, 2});
  CHECK(message_of([&] { sum(sqrt(x) * w).backward(); }) ==
        "sqrt: its gradient made Inf at [1] of [2] for input 0; incoming gradient f64 [2] in "
        "[1, 2]");
  CHECK_FALSE(x.grad().defined());
  CHECK_FALSE(w.grad().defined());
  // A joint pullback.
  const Tensor y = record("twin", x.detach() * 1.0, {w, x}, [](const Tensor& g, const Wanted&) {
    return Gradients{g, g * infinity};
  });
  CHECK(message_of([&] { sum(y).backward(); }) ==
        "twin: its gradient made Inf at [0] of [2] for input 1; incoming gradient f64 [2] in "
        "[1, 1]");
}

TEST_CASE("what a pullback makes on its way may be masked by its end") {
  const AnomalyMode guard;
  const Tensor x = leaf({0, 2});
  const Tensor y = sum(pow(x, tensor<double>({2, 2}).requires_grad_()));
  y.backward();  // 0² · log 0 is masked
  CHECK(values(x.grad()) == Values{0, 4});
}

TEST_CASE("the module's path ends the message, forward and backward") {
  struct Part : Layer<Part> {
    explicit Part(const Slot& slot) : Layer(slot) {}
    Tensor forward(const Tensor& x) { return sqrt(x); }
  };
  struct Net : Layer<Net> {
    Part head{{this, "head"}};
    explicit Net(const Slot& slot) : Layer(slot) {}
    Tensor forward(const Tensor& x) { return sum(head(x)); }
  };
  Net net(Slot::root());
  const AnomalyMode guard;
  CHECK(message_of([&] { net(leaf({-1})); }) ==
        "sqrt: made NaN at [0] of [1]; input 0 f64 [1] in [-1, -1] (in head)");
  const Tensor y = net(leaf({0}));
  CHECK(message_of([&] { y.backward(); }) ==
        "sqrt: its gradient made Inf at [0] of [1] for input 0; incoming gradient f64 [1] in "
        "[1, 1] (in head)");
}

TEST_CASE("anomaly mode is a property of the thread and ends with its guard", "[threads]") {
  const Tensor zero = leaf({0});
  {
    const AnomalyMode guard;
    CHECK(is_anomaly_mode());
    {
      const AnomalyMode off(false);
      CHECK(values(log(zero)) == Values{-infinity});
    }
    CHECK_THROWS_AS(log(zero), NonFiniteError);
    bool other = true;
    std::thread([&] { other = is_anomaly_mode(); }).join();
    CHECK_FALSE(other);
  }
  CHECK_FALSE(is_anomaly_mode());
  CHECK(values(log(zero)) == Values{-infinity});
}

}  // namespace heed::testing::anomaly_test
