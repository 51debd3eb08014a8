// Running sums and sorting where PyTorch's semantics are a choice: ties, NaN, large integers.
#include "heed/framework/ops/order.h"

#include <cmath>

#include "heed/framework/ops/elementwise.h"
#include "heed/tests/framework/semantics_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::order_semantics_test {

TEST_CASE("cumsum of integers is exact and wraps around") {
  const int64_t large = (int64_t{1} << 53) + 1;
  CHECK(whole(cumsum(tensor<int64_t>({large, 1, -large}), 0)) == Whole{large, large + 1, 1});
  CHECK(whole(cumsum(tensor<int64_t>({most, 1, 1}), 0)) == Whole{most, least, least + 1});
}

TEST_CASE("the gradient of cumsum sums what comes later") {
  const Tensor x = leaf({1, 2, 3});
  const Tensor y = cumsum(x, 0);
  CHECK(values(y) == Values{1, 3, 6});
  CHECK(values(grad(y, x, tensor<double>({1, 10, 100}))) == Values{111, 110, 100});
}

TEST_CASE("cumsum after an infinity stays one, after two of them becomes NaN") {
  CHECK(shown(cumsum(leaf({1, infinity, 2, -infinity, 3}), 0)) ==
        shown({1, infinity, infinity, nan, nan}));
}

TEST_CASE("sort is stable, ascending and descending") {
  const Tensor x = leaf({2, 1, 2, 1, 0.0, -0.0});
  CHECK(whole(sort(x).indices) == Whole{4, 5, 1, 3, 0, 2});
  CHECK(whole(sort(x, 0, true).indices) == Whole{0, 2, 1, 3, 4, 5});
}

TEST_CASE("sort stays stable and right on long lines, up and down") {
  Rng rng(stream(1, Purpose::user));
  const Tensor x = randint(0, 9, {3, 5000}, rng);
  for (const bool descending : {false, true}) {
    const auto [sorted, order] = sort(x.transpose(0, 1), 0, descending);
    const Whole numbers = whole(sorted.transpose(0, 1)), places = whole(order.transpose(0, 1));
    int64_t wrong = 0;
    for (size_t i = 1; i < numbers.size(); ++i) {
      if (i % 5000 == 0) continue;
      const int64_t step = descending ? numbers[i - 1] - numbers[i] : numbers[i] - numbers[i - 1];
      wrong += step < 0 || (step == 0 && places[i - 1] >= places[i]);
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("sort counts NaN as the largest") {
  const Tensor x = leaf({nan, 1, -infinity, infinity, nan});
  const auto [ascending, up] = sort(x);
  CHECK(shown(ascending) == shown({-infinity, 1, infinity, nan, nan}));
  CHECK(whole(up) == Whole{2, 1, 3, 0, 4});
  const auto [descending, down] = sort(x, 0, true);
  CHECK(shown(descending) == shown({nan, nan, infinity, 1, -infinity}));
  CHECK(whole(down) == Whole{0, 4, 3, 1, 2});
}

TEST_CASE("topk counts NaN as the largest and takes the first of equal elements") {
  const Tensor x = leaf({nan, 1, -infinity, infinity, nan});
  CHECK(shown(topk(x, 3).values) == shown({nan, nan, infinity}));
  CHECK(whole(topk(x, 3).indices) == Whole{0, 4, 3});
  CHECK(shown(topk(x, 4, 0, false).values) == shown({-infinity, 1, infinity, nan}));
  CHECK(whole(topk(x, 4, 0, false).indices) == Whole{2, 1, 3, 0});
  CHECK(whole(topk(leaf({2, 3, 3, 1, 3}), 2).indices) == Whole{1, 2});
  CHECK(whole(topk(leaf({2, 1, 1, 3, 1}), 2, 0, false).indices) == Whole{1, 2});
}

TEST_CASE("sort and topk tell integers apart that doubles cannot") {
  const int64_t large = int64_t{1} << 53;
  const Tensor x = tensor<int64_t>({large + 1, most, large, least, most - 1});
  CHECK(whole(sort(x).values) == Whole{least, large, large + 1, most - 1, most});
  CHECK(whole(topk(x, 2).indices) == Whole{1, 4});
}

TEST_CASE("the gradients of sort and topk go back to where the elements came from") {
  const Tensor x = leaf({3, 1, 2, 1});
  CHECK(values(grad(sort(x).values, x, tensor<double>({1, 2, 4, 8}))) == Values{8, 1, 4, 2});
  CHECK(values(grad(topk(x, 2).values, x, tensor<double>({1, 2}))) == Values{1, 0, 2, 0});
  CHECK_FALSE(sort(x).indices.requires_grad());
}

TEST_CASE("cumprod of integers wraps around, and its gradient divides by nothing") {
  CHECK(whole(cumprod(tensor<int64_t>({most, 2, 3}), 0)) == Whole{most, -2, -6});
  const auto all = [](const Tensor& x) { return sum(cumprod(x, 0)); };
  CHECK(shown(slope(all, {2, 0, 3, 4})) == shown({1, 2 * (1 + 3 + 3 * 4), 0, 0}));
  CHECK(shown(slope(all, {0, 0, 5})) == shown({1, 0, 0}));
  CHECK(shown(slope(all, {1e-300, 1e-300, 5})) == shown({1, 1e-300 * 6, 0}));  // y is 0 from 1 on
  CHECK(shown(slope(all, {1, infinity, 2, 0, 3})) == shown({infinity, 3, infinity, infinity, nan}));
}

TEST_CASE("logcumsumexp neither overflows nor leaves NaN beside infinities") {
  const auto all = [](const Tensor& x) { return sum(logcumsumexp(x, 0)); };
  const Tensor x = leaf({-infinity, -infinity, 1, -infinity, 1});
  CHECK(shown(logcumsumexp(x, 0)) == shown({-infinity, -infinity, 1, 1, 1 + std::log(2.0)}));
  CHECK(shown(slope(all, {-infinity, -infinity, 1, -infinity})) == shown({0, 0, 2, 0}));
  CHECK(shown(logcumsumexp(leaf({1e300, 1, infinity, 2}), 0)) ==
        shown({1e300, 1e300, infinity, infinity}));
  CHECK(shown(slope(all, {1, infinity, 2})) == shown({1, 2, 0}));
  CHECK(shown(logcumsumexp(leaf({1, nan, 2}), 0)) == shown({1, nan, nan}));
}

TEST_CASE("median is the lower middle, its place that of a stable sort, NaN where there is one") {
  const Tensor x = leaf({4, 2, 1, 2, 3, 2});
  CHECK(whole(median(x, 0).indices) == Whole{3});
  CHECK(values(grad(median(x, 0).values, x)) == Values{0, 0, 0, 1, 0, 0});
  CHECK(values(grad(median(x), x)) == Values{0, 1.0 / 3, 0, 1.0 / 3, 0, 1.0 / 3});
  const auto [numbers, places] = median(leaf({1, nan, 2, nan}), 0);
  CHECK(std::isnan(numbers.item()));
  CHECK(whole(places) == Whole{1});
  CHECK(std::isnan(median(zeros({0, 2}, DType::f64)).item()));
  const int64_t large = (int64_t{1} << 53) + 1;
  CHECK(whole(median(tensor<int64_t>({large, large - 1, most}), 0).values) == Whole{large});
}

}  // namespace heed::testing::order_semantics_test
