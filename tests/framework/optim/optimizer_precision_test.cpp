// Optimizers with factors that f32 cannot hold, and with gradients whose squares vanish.
#include "heed/framework/optim/adagrad.h"
#include "heed/framework/optim/adam.h"
#include "heed/framework/optim/lion.h"
#include "heed/framework/optim/muon.h"
#include "heed/framework/optim/rmsprop.h"
#include "heed/framework/optim/sgd.h"

#include <cmath>

#include "heed/framework/tensor/factories.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::optimizer_precision_test {
namespace {

/// What `steps` steps with this gradient make of a parameter of ones.
template <class Kind, class Config>
Values stepped(const Config& config, const Values& gradient, DType dtype, int steps = 3,
               const Shape& shape = {}) {
  const Shape of = shape.empty() ? Shape{std::ssize(gradient)} : shape;
  const Tensor x = ones(of, dtype).requires_grad_();
  x.set_grad(from_values(gradient, of).to(dtype));
  Kind optimizer({x}, config);
  for (int i = 0; i < steps; ++i) optimizer.step();
  return values(x.detach().to(DType::f64));
}

void check_close(const Values& got, const Values& want, double tolerance) {
  REQUIRE(got.size() == want.size());
  for (size_t i = 0; i < want.size(); ++i) CHECK(std::abs(got[i] - want[i]) <= tolerance);
}

}  // namespace

TEST_CASE("With any epsilon, a gradient of 0 moves nothing and others move as in f64") {
  for (const double eps : {0.0, 1e-320, 1e-50, 1e-30, 1e-8}) {
    for (const DType dtype : {DType::f32, DType::f64}) {
      const Values gradient{0, 1e-3, -2};
      const Values want{1, 0.7, 1.3};
      CAPTURE(eps);
      const double tolerance = 1e-4;
      for (const bool amsgrad : {false, true}) {
        const AdamConfig config{.lr = 0.1, .eps = eps, .amsgrad = amsgrad};
        check_close(stepped<Adam>(config, gradient, dtype), want, tolerance);
        check_close(stepped<AdamW>(config, gradient, dtype), want, tolerance);
      }
      const double root = 1 + 1 / std::sqrt(2.0) + 1 / std::sqrt(3.0);
      check_close(stepped<Adagrad>(AdagradConfig{.lr = 0.1, .eps = eps}, gradient, dtype),
                  {1, 1 - 0.1 * root, 1 + 0.1 * root}, tolerance);
      for (const bool centered : {false, true}) {
        const RmspropConfig config{
            .lr = 0.1, .alpha = 0.5, .eps = eps, .momentum = 0.5, .centered = centered};
        const Values moved = stepped<RMSprop>(config, gradient, dtype, 1);
        const double first = centered ? 2 : std::sqrt(2.0);
        check_close(moved, {1, 1 - 0.1 * first, 1 + 0.1 * first}, 1e-3);
      }
    }
  }
}

TEST_CASE("A small epsilon counts against gradients as small, whose f32 squares vanish") {
  for (const double eps : {0.0, 1e-50, 1e-26}) {
    const double move = 0.1 * 1e-25 / (1e-25 + eps);
    const Values gradient{1e-25, -1e-25, 0};
    check_close(stepped<Adam>(AdamConfig{.lr = 0.1, .eps = eps}, gradient, DType::f32, 1),
                {1 - move, 1 + move, 1}, 1e-6);
    check_close(stepped<Adagrad>(AdagradConfig{.lr = 0.1, .eps = eps}, gradient, DType::f32, 1),
                {1 - move, 1 + move, 1}, 1e-6);
  }
  check_close(stepped<Adam>(AdamConfig{.lr = 0.1, .eps = 1e-8}, {1e-25}, DType::f32, 1), {1}, 0);
}

TEST_CASE("Factors below f32's range count against numbers that are as large") {
  const Values gradient{1e38, -1e38, 0};
  check_close(stepped<SGD>(SgdConfig{.lr = 1e-40}, gradient, DType::f32, 1), {0.99, 1.01, 1}, 1e-6);
  check_close(stepped<SGD>(SgdConfig{.lr = 1e-50, .momentum = 0.5}, {1e38}, DType::f32, 1), {1}, 0);
  // Beyond the range, too: 1e40 · 1e-38 is 100.
  check_close(stepped<SGD>(SgdConfig{.lr = 1e40}, {1e-38, 0}, DType::f32, 1), {-99, 1}, 1e-4);
  check_close(stepped<Lion>(LionConfig{.lr = 1e-50}, {1, -1, 0}, DType::f32), {1, 1, 1}, 0);
  // An average that keeps all but 1e-12 of itself, which f32 rounds to all.
  const AdamConfig slow{.lr = 0.1, .beta2 = 1 - 1e-12};
  check_close(stepped<Adam>(slow, {2, -2, 0}, DType::f32), {0.7, 1.3, 1}, 1e-3);
}

TEST_CASE("Muon does not divide 0 by 0 with any epsilon, and ignores the size of a gradient") {
  for (const double eps : {0.0, 1e-320, 1e-50, 1e-7}) {
    for (const DType dtype : {DType::f32, DType::f64}) {
      const MuonConfig config{.lr = 0.1, .eps = eps};
      check_close(stepped<Muon>(config, {0, 0, 0, 0}, dtype, 2, {2, 2}), {1, 1, 1, 1}, 0);
    }
  }
}

TEST_CASE("A gradient that is a view of its parameter is that of before the step") {
  const Tensor memory = arange(0, 65, 1, DType::f64);
  const Tensor x = memory.alias({64}, Strides{1}, 1).requires_grad_();
  x.set_grad(memory.alias({64}, Strides{1}, 0));
  SGD({x}, {.lr = 1}).step();
  check_close(values(x.detach()), Values(64, 1), 0);
}

TEST_CASE("Parameters with and without factors that fit are stepped together") {
  const Tensor a = ones({2}).requires_grad_(), b = ones({2}).requires_grad_(),
               c = ones({2}, DType::f64).requires_grad_();
  for (const Tensor& x : {a, b, c}) x.set_grad(full({2}, 1.0, x.dtype()));
  const std::vector<ParameterGroup> groups{{{{"a", a}}}, {{{"b", b}}, 1e-45}, {{{"c", c}}}};
  AdamW optimizer(groups, {.lr = 0.1});
  optimizer.step();
  check_close(values(a.detach().to(DType::f64)), {0.9, 0.9}, 1e-6);
  check_close(values(b.detach().to(DType::f64)), {1, 1}, 0);
  check_close(values(c), {0.9, 0.9}, 1e-6);
  CHECK(optimizer.state().size() == 9);
  for (const auto& [name, tensor] : optimizer.state()) {
    if (name == "b/m") check_close(values(tensor.to(DType::f64)), {0.1, 0.1}, 1e-8);
  }
}

}  // namespace heed::testing::optimizer_precision_test
