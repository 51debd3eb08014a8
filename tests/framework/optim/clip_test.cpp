#include "heed/framework/optim/clip.h"

#include <cmath>
#include <limits>

#include "heed/framework/ops/cast.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"
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

TEST_CASE("Gradients that share memory count for each parameter and are scaled once") {
  const Tensor buffer = from_values(Values{3, 4, 0, 12}, {4});
  const auto check = [&](const Tensor& first, const Tensor& second, double norm,
                         const Values& scaled) {
    const Tensor memory = clone(buffer);
    const auto seen = [&](const Tensor& like) {
      return memory.alias(like.shape(), like.strides(), like.offset());
    };
    const std::vector<Tensor> all{zeros(first.shape(), DType::f64).requires_grad_(),
                                  zeros(second.shape(), DType::f64).requires_grad_()};
    all[0].set_grad(seen(first));
    all[1].set_grad(seen(second));
    CHECK(grad_norm(all) == norm);
    CHECK(clip_grad_norm(all, norm / 2) == norm);
    CHECK(values(memory) == scaled);
    CHECK(grad_norm(all) == norm / 2);
  };
  const Tensor front = slice(buffer, 0, 0, 2);
  check(front, front, std::sqrt(50.0), {1.5, 2, 0, 12});
  check(front, front.view({2, 1}), std::sqrt(50.0), {1.5, 2, 0, 12});
  check(front, slice(buffer, 0, 2, 4), 13, {1.5, 2, 0, 6});
  check(slice(buffer, 0, 0, 3), slice(buffer, 0, 1, 4), std::sqrt(25.0 + 160), {1.5, 2, 0, 6});
  check(slice(buffer, 0, 0, 4, 2), slice(buffer, 0, 1, 4, 2), 13, {1.5, 2, 0, 6});
  check(slice(buffer, 0, 0, 4, 3), slice(buffer, 0, 0, 1), std::sqrt(162.0), {1.5, 4, 0, 6});
  check(front, slice(buffer, 0, 0, 0), 5, {1.5, 2, 0, 12});
}

TEST_CASE("A parameter that is given twice counts once") {
  const Tensor w = leaf({0, 0});
  w.set_grad(from_values(Values{3, 4}, {2}));
  CHECK(grad_norm(std::vector{w, w}) == 5);
  CHECK(clip_grad_norm(std::vector{w, w}, 2.5) == 5);
  CHECK(values(w.grad()) == Values{1.5, 2});
}

TEST_CASE("Squares that overflow or vanish do not matter, nor do factors below f32's range") {
  const auto clipped = [](const Values& gradient, DType dtype, double max_norm, double norm) {
    const Tensor x = zeros({std::ssize(gradient)}, dtype).requires_grad_();
    x.set_grad(from_values(gradient, {std::ssize(gradient)}).to(dtype));
    const double got = clip_grad_norm(std::vector{x}, max_norm);
    CHECK(std::abs(got / norm - 1) < (dtype == DType::f32 ? 1e-6 : 1e-15));
    return values(x.grad().to(DType::f64));
  };
  const auto close = [](const Values& got, const Values& want, double tolerance) {
    for (size_t i = 0; i < want.size(); ++i) {
      CHECK(std::abs(got[i] - want[i]) <= tolerance * std::abs(want[i]));
    }
  };
  close(clipped({3e200}, DType::f64, 1, 3e200), {1}, 1e-15);
  close(clipped({3e200, -4e200}, DType::f64, 1e-3, 5e200), {0.6e-3, -0.8e-3}, 1e-15);
  close(clipped({3e200, 4e200}, DType::f64, 1e-180, 5e200), {0.6e-180, 0.8e-180}, 1e-14);
  close(clipped({3e-200, 4e-200}, DType::f64, 1e-200, 5e-200), {0.6e-200, 0.8e-200}, 1e-15);
  close(clipped({3e-200, 4e-200}, DType::f64, 1, 5e-200), {3e-200, 4e-200}, 0);
  close(clipped({3e37, 4e37}, DType::f32, 1e-10, 5e37), {0.6e-10, 0.8e-10}, 1e-6);
  const Tensor x = leaf({0, 0, 0, 0});  // a norm beyond the largest number
  x.set_grad(full({4}, 1.5e308, DType::f64));
  CHECK(clip_grad_norm(std::vector{x}, 1) == INFINITY);
  close(values(x.grad()), {0.5, 0.5, 0.5, 0.5}, 1e-15);
}

TEST_CASE("max_norm must be above 0") {
  for (const auto& [max_norm, text] :
       {std::pair<double, const char*>{0, "0"}, {-1, "-1"}, {std::nan(""), "nan"}}) {
    CHECK(message_of([limit = max_norm] { clip_grad_norm(leaves(), limit); }) ==
          std::string("clip_grad_norm: max_norm must be above 0, got ") + text);
  }
}

}  // namespace heed::testing::clip_test
