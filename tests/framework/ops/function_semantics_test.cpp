// Functions of single elements where PyTorch's semantics are a choice: ties, bounds, NaN, overflow.
#include "heed/framework/ops/functions.h"

#include <cmath>

#include "heed/framework/ops/activation.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/loss.h"
#include "heed/tests/framework/semantics_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::function_semantics_test {

TEST_CASE("clamp gives a gradient between its bounds, none at or beyond them") {
  const auto clamped = [](const Tensor& x) { return clamp(x, -1, 1); };
  const Values numbers{-infinity, -2, -1, 0, 1, 2, infinity};
  CHECK(shown(clamped(leaf(numbers))) == shown({-1, -1, -1, 0, 1, 1, 1}));
  CHECK(shown(slope(clamped, numbers)) == shown({0, 0, 0, 1, 0, 0, 0}));
  const auto from_below = [](const Tensor& x) { return clamp(x, 0); };
  CHECK(shown(slope(from_below, {-1, 0, 1})) == shown({0, 0, 1}));
  const auto from_above = [](const Tensor& x) { return clamp(x, {}, 0); };
  CHECK(shown(slope(from_above, {-1, 0, 1})) == shown({1, 0, 0}));
}

TEST_CASE("where takes a number in the place of a tensor, of the other one's dtype") {
  const Tensor condition = tensor<bool>({true, false, true});
  const Tensor x = leaf({1, 2, 3});
  CHECK(shown(where(condition, 0, x)) == shown({0, 2, 0}));
  CHECK(shown(where(condition, x, -infinity)) == shown({1, -infinity, 3}));
  sum(where(condition, 0.5, x)).backward();
  CHECK(shown(x.grad()) == shown({0, 1, 0}));
  const Tensor ids = tensor<int64_t>({4, 5, 6});
  CHECK(where(condition, 7, ids).to_vector<int64_t>() == std::vector<int64_t>{7, 5, 7});
  CHECK(where(condition, scalar(2), 1).shape() == Shape{3});
  CHECK(message_of([&] { where(condition, 0.5, ids); }) ==
        "where: 0.5 is not representable as i64, the dtype of the tensor; write .to(DType::f32) on "
        "it");
}

TEST_CASE("the upper bound of clamp wins where the bounds cross") {
  const auto crossed = [](const Tensor& x) { return clamp(x, 1, 0); };
  CHECK(shown(crossed(leaf({-5, 0.5, 5, nan}))) == shown({0, 0, 0, nan}));
  CHECK(shown(slope(crossed, {-5, 0.5, 5, nan})) == shown({0, 0, 0, 0}));
}

TEST_CASE("equal operands of maximum and minimum share the gradient in halves") {
  const Tensor a = leaf({1, 2, 3, infinity}), b = leaf({1, 3, 2, infinity});
  sum(maximum(a, b) * tensor<double>({2, 4, 8, 16})).backward();
  CHECK(shown(a.grad()) == shown({1, 0, 8, 8}));
  CHECK(shown(b.grad()) == shown({1, 4, 0, 8}));
  const Tensor c = leaf({1, 2, 3, -infinity}), d = leaf({1, 3, 2, -infinity});
  sum(minimum(c, d)).backward();
  CHECK(shown(c.grad()) == shown({0.5, 1, 0, 0.5}));
  CHECK(shown(d.grad()) == shown({0.5, 0, 1, 0.5}));
}

TEST_CASE("NaN goes through every choice between elements") {
  const Tensor a = leaf({nan, 1, nan}), b = leaf({1, nan, nan});
  CHECK(shown(maximum(a, b)) == shown({nan, nan, nan}));
  CHECK(shown(minimum(a, b)) == shown({nan, nan, nan}));
  CHECK(shown(clamp(a, 2)) == shown({nan, 2, nan}));
  CHECK(shown(clamp(a, {}, 0)) == shown({nan, 0, nan}));
  CHECK(shown(clamp(a, -1, 0)) == shown({nan, 0, nan}));
  CHECK(shown(clamp(tensor<double>({-1, 1}), nan)) == shown({nan, nan}));
  CHECK(shown(clamp(tensor<double>({-1, 1}), {}, nan)) == shown({nan, nan}));
  for (const auto activation : {relu, silu, sigmoid, log_sigmoid}) {
    CHECK(shown(activation(tensor<double>({nan}))) == shown({nan}));
  }
  CHECK(shown(leaky_relu(a)) == shown({nan, 1, nan}));
  CHECK(shown(elu(a)) == shown({nan, 1, nan}));
  CHECK(shown(softplus(tensor<double>({nan}))) == shown({nan}));
  CHECK(std::isnan(relu(scalar(nan, DType::f32)).item()));
}

TEST_CASE("the sign of zero and of NaN is 0") {
  CHECK(shown(sign(tensor<double>({-0.0, 0, nan, -infinity, 1e-300}))) == shown({0, 0, 0, -1, 1}));
  CHECK(whole(sign(tensor<int64_t>({least, -1, 0, most}))) == Whole{-1, -1, 0, 1});
  CHECK(shown(slope(abs, {-2, -0.0, 0, 3})) == shown({-1, 0, 0, 1}));
  CHECK(shown(slope(sign, {-2, 0, 3})) == shown({0, 0, 0}));
}

TEST_CASE("log1p and expm1 keep every digit of small numbers") {
  for (const double x : {1e-300, 1e-17, 1e-9, -1e-9, -1e-17}) {
    const double square = x * x / 2;
    CHECK(log1p(scalar(x, DType::f64)).item() == Approx(x - square).epsilon(1e-15).margin(0));
    CHECK(expm1(scalar(x, DType::f64)).item() == Approx(x + square).epsilon(1e-15).margin(0));
  }
}

TEST_CASE("round takes halves to the even neighbour and keeps the sign of zero") {
  const Values numbers{-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.49999999999999994, 4503599627370497.5};
  const Tensor rounded = round(leaf(numbers));
  CHECK(shown(rounded) == shown({-2, -2, 0, 0, 2, 2, 0, 4503599627370498.0}));
  CHECK(std::signbit(values(rounded)[2]));
  CHECK_FALSE(std::signbit(values(rounded)[3]));
  CHECK(shown(slope(round, numbers)) == shown(Values(numbers.size(), 0.0)));
  CHECK(shown(floor(leaf({-0.5, 0.5, nan, -infinity}))) == shown({-1, 0, nan, -infinity}));
  CHECK(std::signbit(values(floor(leaf({-0.0})))[0]));
}

TEST_CASE("i64 arithmetic wraps around") {
  const Tensor ends = tensor<int64_t>({least, most}), ones = tensor<int64_t>({1, 1});
  CHECK(whole(abs(ends)) == Whole{least, most});
  CHECK(whole(neg(ends)) == Whole{least, -most});
  CHECK(whole(ends + ones) == Whole{least + 1, least});
  CHECK(whole(ends - ones) == Whole{most, most - 1});
  CHECK(whole(ends * tensor<int64_t>({-1, 2})) == Whole{least, -2});
  CHECK(whole(square(ends)) == Whole{0, 1});
  CHECK(whole(maximum(ends, ones)) == Whole{1, most});
  CHECK(whole(minimum(ends, ones)) == Whole{least, 1});
}

TEST_CASE("powers of zero have a gradient by the exponent from below zero only") {
  const Tensor base = leaf({0, 0, 0, 2}), exponent = leaf({-1, 0, 2, 0});
  const Tensor y = pow(base, exponent);
  CHECK(shown(y) == shown({infinity, 1, 0, 1}));
  sum(y).backward();
  CHECK(shown(base.grad()) == shown({-infinity, 0, 0, 0}));
  CHECK(shown(exponent.grad()) == shown({-infinity, 0, 0, std::log(2.0)}));
  CHECK(shown(slope([](const Tensor& x) { return pow(x, 0); }, {0, nan})) == shown({0, 0}));
  CHECK(shown(slope([](const Tensor& x) { return pow(x, 1); }, {0})) == shown({1}));
  // The factor of the chain rule comes last, so that it makes no infinity beside a zero.
  const Tensor zero = leaf({0});
  sum(pow(zero, leaf({1e308})) * 2).backward();
  CHECK(shown(zero.grad()) == shown({0}));
}

TEST_CASE("losses with a linear branch have its slope at infinity") {
  const Tensor target = zeros({3}, DType::f64);
  const auto huber = [&](const Tensor& x) { return huber_loss(x, target, Reduction::none, 0.5); };
  const auto smooth = [&](const Tensor& x) {
    return smooth_l1_loss(x, target, Reduction::none, 0.5);
  };
  const Values numbers{-infinity, 1e300, infinity};
  CHECK(shown(huber(leaf(numbers))) == shown({infinity, 0.5e300, infinity}));
  CHECK(shown(slope(huber, numbers)) == shown({-0.5, 0.5, 0.5}));
  CHECK(shown(smooth(leaf(numbers))) == shown({infinity, 1e300, infinity}));
  CHECK(shown(slope(smooth, numbers)) == shown({-1, 1, 1}));
  CHECK(shown(huber(leaf({nan, 0.5, -0.25}))) == shown({nan, 0.125, 0.03125}));
  CHECK(shown(slope(huber, {0, 0.5, -0.25})) == shown({0, 0.5, -0.25}));
}

TEST_CASE("kl_div counts nothing where the target is zero") {
  const Tensor input = leaf({-infinity, -1, -2}), target = tensor<double>({0, 0, 0.5});
  const Tensor losses = kl_div(input, target, Reduction::none);
  CHECK(shown(losses) == shown({0, 0, 0.5 * std::log(0.5) + 1}));
  CHECK(shown(grad(sum(losses), input)) == shown({0, 0, -0.5}));
}

}  // namespace heed::testing::function_semantics_test
