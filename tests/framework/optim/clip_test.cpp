#include "heed/framework/optim/clip.h"

#include <cmath>
#include <limits>

#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::clip_test {
namespace {

/// Leaves with gradients of 2-norm 3, 4 and none: 5 together.
std::vector<Tensor> leaves() {
  std::vector<Tensor> all{leaf({0, 0}), leaf({0, 0, 0}), leaf({0})};
  all[0].set_grad(from_values(Values{3, 0}, {2}));
  all[1].set_grad(from_values(Values{0, -4, 0}, {3}));
  return all;
}

}  // namespace

TEST_CASE("grad_norm is the 2-norm of all gradients together") {
  CHECK(grad_norm(leaves()) == 5);
  CHECK(grad_norm(std::vector<Tensor>{leaf({1})}) == 0);
  CHECK(grad_norm(std::vector<Tensor>{}) == 0);
}

TEST_CASE("Gradients above max_norm are scaled to it, those below stay as they are") {
  const std::vector<Tensor> above = leaves();
  CHECK(clip_grad_norm(above, 2.5) == 5);
  CHECK(values(above[0].grad()) == Values{1.5, 0});
  CHECK(values(above[1].grad()) == Values{0, -2, 0});
  CHECK_FALSE(above[2].grad().defined());
  CHECK(grad_norm(above) == 2.5);
  for (const double limit : {5.0, 6.0, std::numeric_limits<double>::infinity()}) {
    const std::vector<Tensor> below = leaves();
    CHECK(clip_grad_norm(below, limit) == 5);
    CHECK(values(below[0].grad()) == Values{3, 0});
  }
}

TEST_CASE("Clipping agrees with PyTorch's formula but for the 1e-6 that it adds to the norm") {
  for (const double max_norm : {0.1, 1.0, 4.9}) {
    const std::vector<Tensor> all = leaves();
    clip_grad_norm(all, max_norm);
    const double coefficient = std::min(1.0, max_norm / (5 + 1e-6));
    CHECK(std::abs(values(all[0].grad())[0] / (3 * coefficient) - 1) < 1e-6);
  }
}

TEST_CASE("A norm that is not finite scales nothing") {
  for (const double bad : {std::nan(""), static_cast<double>(INFINITY)}) {
    const std::vector<Tensor> all = leaves();
    all[1].set_grad(from_values(Values{bad, 1, 2}, {3}));
    const double norm = clip_grad_norm(all, 1);
    CHECK_FALSE(std::isfinite(norm));
    CHECK(values(all[0].grad()) == Values{3, 0});
  }
}

TEST_CASE("The norm is the same on one thread and on two, and f32 squares do not overflow") {
  const Tensor x = zeros({300, 200}).requires_grad_();
  x.set_grad(normal({200, 300}, 1, DType::f32).transpose(0, 1));
  const auto norm_on = [&](int threads) {
    const Threads guard(threads);
    return grad_norm(std::vector<Tensor>{x});
  };
  CHECK(norm_on(1) == norm_on(2));
  const Tensor big = zeros({2}).requires_grad_();
  big.set_grad(full({2}, 1e30));
  CHECK(std::abs(grad_norm(std::vector<Tensor>{big}) / (std::sqrt(2.0) * 1e30) - 1) < 1e-6);
}

TEST_CASE("max_norm must be above 0") {
  for (const auto& [max_norm, text] :
       {std::pair<double, const char*>{0, "0"}, {-1, "-1"}, {std::nan(""), "nan"}}) {
    CHECK(message_of([limit = max_norm] { clip_grad_norm(leaves(), limit); }) ==
          std::string("clip_grad_norm: max_norm must be above 0, got ") + text);
  }
}

}  // namespace heed::testing::clip_test
