// Division with whole quotients where PyTorch's semantics are a choice: zeros, infinities, signs,
// the ends of i64.
#include "heed/framework/ops/division.h"

#include <cmath>

#include "heed/framework/ops/elementwise.h"
#include "heed/tests/framework/semantics_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::division_semantics_test {

TEST_CASE("remainder has the sign of the divisor, fmod that of the dividend") {
  const Tensor a = leaf({5, -5, 5, -5, 1, -1, infinity, 1, 1, nan});
  const Tensor b = leaf({3, 3, -3, -3, infinity, infinity, 2, 0, nan, 1});
  CHECK(shown(remainder(a, b)) == shown({2, 1, -1, -2, 1, infinity, nan, nan, nan, nan}));
  CHECK(shown(fmod(a, b)) == shown({2, -2, 2, -2, 1, -1, nan, nan, nan, nan}));
  CHECK(shown(div(a, b, RoundingMode::floor)) ==
        shown({1, -2, -2, 1, 0, -1, nan, infinity, nan, nan}));
  CHECK(shown(div(a, b, RoundingMode::trunc)) ==
        shown({1, -1, -1, 1, 0, 0, infinity, infinity, nan, nan}));
  CHECK(shown(div(a, 2, RoundingMode::none)) == shown(a / 2));
  CHECK(shown(div(a, b, RoundingMode::none)) == shown(a / b));
}

TEST_CASE("zeros among quotients and remainders keep their sign") {
  const Tensor a = leaf({-0.0, -0.0, -6, -1, 1});
  const Tensor b = leaf({3, -3, 3, 3, -3});
  const auto negative = [](const Tensor& x) {
    std::vector<bool> signs;
    for (const double v : values(x)) signs.push_back(std::signbit(v));
    return signs;
  };
  CHECK(negative(fmod(a, b)) == std::vector<bool>{true, true, true, true, false});
  CHECK(negative(remainder(a, b)) == std::vector<bool>{true, true, true, false, true});
  CHECK(negative(div(a, b, RoundingMode::trunc)) ==
        std::vector<bool>{true, false, true, true, true});
  CHECK(negative(div(a, b, RoundingMode::floor)) ==
        std::vector<bool>{true, false, true, true, true});
}

TEST_CASE("a quotient is rounded down from the exact one, not from the rounded one") {
  const Tensor a = tensor<double>({1, 1e17, -1e-20}), b = tensor<double>({0.1, 3, 3});
  CHECK(shown(div(a, b, RoundingMode::floor)) == shown({9, 33333333333333332, -1}));
  CHECK(shown(remainder(tensor<double>({1}), tensor<double>({0.1}))) == shown({std::fmod(1, 0.1)}));
}

TEST_CASE("integers are divided exactly, and the least one by -1 wraps around") {
  const Tensor a = tensor<int64_t>({7, -7, 7, -7, least, least, most});
  const Tensor b = tensor<int64_t>({3, 3, -3, -3, -1, 1, -2});
  CHECK(whole(remainder(a, b)) == Whole{1, 2, -2, -1, 0, 0, -1});
  CHECK(whole(fmod(a, b)) == Whole{1, -1, 1, -1, 0, 0, 1});
  CHECK(whole(div(a, b, RoundingMode::trunc)) == Whole{2, -2, -2, 2, least, least, -(most / 2)});
  CHECK(whole(div(a, b, RoundingMode::floor)) ==
        Whole{2, -3, -3, 2, least, least, -(most / 2) - 1});
  CHECK(whole(remainder(a, -1)) == Whole(7, 0));
}

TEST_CASE("integers are not divided by zero, wherever it stands") {
  const Tensor a = tensor<int64_t>({1, 2, 3}), b = tensor<int64_t>({1, 2, 0});
  const std::string rest =
      ": i64 [3] divided by i64 [3], which has a 0; write .to(DType::f32) for "
      "infinities";
  CHECK(message_of([&] { remainder(a, b); }) == "remainder" + rest);
  CHECK(message_of([&] { fmod(a, 0); }) == "fmod" + rest);
  CHECK(message_of([&] { div(a, b, RoundingMode::floor); }) == "div" + rest);
  CHECK(message_of([&] { div(a, 0, RoundingMode::trunc); }) == "div" + rest);
  const Tensor nothing = zeros({0}, DType::i64);
  CHECK(remainder(nothing, zeros({1}, DType::i64)).shape() == Shape{0});
}

TEST_CASE("the derivative of a remainder by the divisor is the quotient, negated") {
  const Tensor a = leaf({5, -5, 5, -5}), b = leaf({3, 3, -3, -3});
  sum(remainder(a, b)).backward();
  CHECK(shown(a.grad()) == shown({1, 1, 1, 1}));
  CHECK(shown(b.grad()) == shown({-1, 2, 2, -1}));
  const Tensor c = leaf({5, -5, 5, -5}), d = leaf({3, 3, -3, -3});
  sum(fmod(c, d)).backward();
  CHECK(shown(d.grad()) == shown({-1, 1, 1, -1}));
  const Tensor e = leaf({5, nan}), f = leaf({0, 3});
  sum(div(e, f, RoundingMode::floor)).backward();
  CHECK(shown(e.grad()) == shown({0, 0}));
  CHECK(shown(f.grad()) == shown({0, 0}));
}

}  // namespace heed::testing::division_semantics_test
