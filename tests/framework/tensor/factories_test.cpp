// Factories: the numbers they make, their shapes and dtypes, and what they refuse.
#include "heed/framework/tensor/factories.h"

#include <algorithm>
#include <cmath>

#include "heed/framework/ops/cast.h"
#include "heed/tests/framework/semantics_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::factories_test {
namespace {

constexpr DType every_dtype[] = {DType::f32, DType::f64, DType::i64, DType::boolean};

Values as_values(const Tensor& x) {
  return values(x.to(DType::f64));
}

}  // namespace

TEST_CASE("arange counts from start to below end by any step") {
  CHECK(whole(arange(3)) == Whole{0, 1, 2});
  CHECK(whole(arange(5, 0, -2)) == Whole{5, 3, 1});
  CHECK(whole(arange(-1, -6, -2)) == Whole{-1, -3, -5});
  CHECK(values(arange(0, 1, 0.25, DType::f64)) == Values{0, 0.25, 0.5, 0.75});
  CHECK(values(arange(0.5, -1, -0.5, DType::f64)) == Values{0.5, 0, -0.5});
  CHECK(values(arange(1, 2.1, 0.5, DType::f64)) == Values{1, 1.5, 2});
  CHECK(arange(3, 3).shape() == Shape{0});
  CHECK(arange(3, 3, -1).shape() == Shape{0});
  CHECK(arange(0).dtype() == DType::i64);
  const int64_t large = int64_t{1} << 53;
  CHECK(whole(arange(0x1p53, 0x1p53 + 4, 2)) == Whole{large, large + 2});
  // Each number is start + i·step, rounded once.
  CHECK(values(arange(0, 1, 0.1, DType::f64))[7] == 7 * 0.1);
}

TEST_CASE("arange refuses steps that do not lead to the end") {
  const auto refused = [](double start, double end, double step) {
    return message_of([&] { arange(start, end, step, DType::f64); });
  };
  CHECK(refused(0, 3, 0) == "arange: no steps of 0 lead from 0 to 3");
  CHECK(refused(3, 3, 0) == "arange: no steps of 0 lead from 3 to 3");
  CHECK(refused(0, 3, -1) == "arange: no steps of -1 lead from 0 to 3");
  CHECK(refused(3, 0, 1) == "arange: no steps of 1 lead from 3 to 0");
  CHECK(refused(1, 1.5, -1) == "arange: no steps of -1 lead from 1 to 1.5");
  CHECK(refused(0, nan, 1) == "arange: no steps of 1 lead from 0 to nan");
  CHECK(refused(0, infinity, 1) == "arange: no steps of 1 lead from 0 to inf");
  CHECK(message_of([] { arange(0, 2, 0.5); }) ==
        "arange: 0.5 is not representable as i64, the dtype of the tensor; write .to(DType::f32) "
        "on it");
}

TEST_CASE("linspace meets both ends exactly") {
  for (const int64_t steps : {2, 3, 7, 10, 1001}) {
    for (const auto& [start, end] : std::vector<std::pair<double, double>>{
             {0.1, 0.7}, {-3, 1e-3}, {1, -5}, {2, 2}, {-0.3, 1e10}}) {
      const Values got = values(linspace(start, end, steps, DType::f64));
      CHECK(got.size() == static_cast<size_t>(steps));
      CHECK(got.front() == start);
      CHECK(got.back() == end);
      CHECK((std::is_sorted(got.begin(), got.end()) || std::is_sorted(got.rbegin(), got.rend())));
    }
  }
  CHECK(values(linspace(1, -5, 4, DType::f64)) == Values{1, -1, -3, -5});
  CHECK(linspace(0.1, 0.7, 5).to_vector<float>().back() == 0.7F);
}

TEST_CASE("linspace of no steps is empty, of one is the start, of fewer is refused") {
  CHECK(linspace(1, 2, 0).shape() == Shape{0});
  CHECK(values(linspace(1, 2, 1, DType::f64)) == Values{1});
  CHECK(message_of([] { linspace(1, 2, -1); }) == "linspace: steps must not be negative, got -1");
}

TEST_CASE("linspace of integers goes between whole ends and drops fractions") {
  CHECK(whole(linspace(0, 10, 4, DType::i64)) == Whole{0, 3, 6, 10});
  CHECK(whole(linspace(0.5, 10.7, 4, DType::i64)) == Whole{0, 3, 6, 10});
  CHECK(whole(linspace(-0.5, -10.7, 4, DType::i64)) == Whole{0, -3, -6, -10});
}

TEST_CASE("eye has ones on the main diagonal of any matrix") {
  CHECK(values(eye(2, DType::f64)) == Values{1, 0, 0, 1});
  CHECK(values(eye(2, 3, DType::f64)) == Values{1, 0, 0, 0, 1, 0});
  CHECK(values(eye(3, 2, DType::f64)) == Values{1, 0, 0, 1, 0, 0});
  CHECK(eye(0).shape() == Shape{0, 0});
  CHECK(eye(2, 0).shape() == Shape{2, 0});
  CHECK(eye(2).dtype() == DType::f32);
  for (const DType dtype : every_dtype) CHECK(as_values(eye(1, 2, dtype)) == Values{1, 0});
}

TEST_CASE("full, zeros and ones fill any shape in every dtype") {
  for (const DType dtype : every_dtype) {
    const Tensor x = full({2, 1}, 1, dtype);
    CHECK(x.dtype() == dtype);
    CHECK(x.shape() == Shape{2, 1});
    CHECK(as_values(x) == Values{1, 1});
    CHECK(as_values(zeros({2}, dtype)) == Values{0, 0});
    CHECK(as_values(ones({}, dtype)) == Values{1});
    CHECK(full({0, 3}, 1, dtype).numel() == 0);
    CHECK_FALSE(x.requires_grad());
  }
  CHECK(as_values(full({1}, -2.5, DType::boolean)) == Values{1});
  CHECK(shown(full({1}, nan, DType::f64)) == shown({nan}));
  CHECK(message_of([] { full({1}, 0.5, DType::i64); }) ==
        "full: 0.5 is not representable as i64, the dtype of the tensor; write .to(DType::f32) on "
        "it");
}

TEST_CASE("what is made like another tensor has its shape and dtype, and no graph") {
  Rng rng(stream(1, Purpose::user));
  for (const DType dtype : every_dtype) {
    const Tensor x = zeros({3, 2}, dtype).transpose(0, 1);
    std::vector<Tensor> made{zeros_like(x), ones_like(x), full_like(x, 1), empty_like(x),
                             randint_like(x, 0, 2, rng)};
    if (is_floating(dtype)) {
      made.push_back(rand_like(x, rng));
      made.push_back(randn_like(x, rng));
    }
    for (const Tensor& y : made) {
      CHECK(y.shape() == Shape{2, 3});
      CHECK(y.dtype() == dtype);
      CHECK(y.is_contiguous());
    }
    CHECK(as_values(made[0]) == Values(6, 0));
    CHECK(as_values(made[1]) == Values(6, 1));
    CHECK(as_values(made[2]) == Values(6, 1));
  }
  const Tensor x = leaf({1, 2});
  CHECK_FALSE(ones_like(x).requires_grad());
  CHECK_FALSE(rand_like(x, rng).requires_grad());
}

TEST_CASE("rand is uniform in [0, 1) and randn normal") {
  Rng rng(stream(2, Purpose::user));
  for (const DType dtype : {DType::f32, DType::f64}) {
    const Values uniform = as_values(rand({100, 200}, rng, dtype));
    double total = 0, squares = 0;
    for (const double v : uniform) {
      CHECK((v >= 0 && v < 1));
      total += v;
      squares += v * v;
    }
    CHECK(std::fabs(total / 20000 - 0.5) < 0.01);
    CHECK(std::fabs(squares / 20000 - 1.0 / 3) < 0.01);
    total = squares = 0;
    for (const double v : as_values(randn({100, 200}, rng, dtype))) {
      total += v;
      squares += v * v;
    }
    CHECK(std::fabs(total / 20000) < 0.03);
    CHECK(std::fabs(squares / 20000 - 1) < 0.05);
  }
}

TEST_CASE("randint draws every integer of its range and none outside") {
  Rng rng(stream(3, Purpose::user));
  const Tensor x = randint(-2, 3, {1000}, rng);
  Whole drawn = whole(x);
  std::sort(drawn.begin(), drawn.end());
  drawn.erase(std::unique(drawn.begin(), drawn.end()), drawn.end());
  CHECK(drawn == Whole{-2, -1, 0, 1, 2});
  CHECK(whole(randint(7, 8, {3}, rng)) == Whole{7, 7, 7});
  CHECK(whole(randint(most - 1, most, {1}, rng)) == Whole{most - 1});
  CHECK(message_of([&] { randint(0, 0, {2}, rng); }) == "randint: range must not be empty: [0, 0)");
  CHECK(message_of([&] { randint(0, 0, {0}, rng); }) == "randint: range must not be empty: [0, 0)");
  CHECK(message_of([&] { randint_like(x, 3, 1, rng); }) ==
        "randint_like: range must not be empty: [3, 1)");
}

TEST_CASE("randperm is a permutation, and not always the same") {
  Rng rng(stream(4, Purpose::user));
  const Whole first = whole(randperm(50, rng)), second = whole(randperm(50, rng));
  CHECK(first != second);
  CHECK(first != whole(arange(50)));
  for (Whole order : {first, second}) {
    std::sort(order.begin(), order.end());
    CHECK(order == whole(arange(50)));
  }
  CHECK(randperm(0, rng).shape() == Shape{0});
  CHECK(whole(randperm(1, rng)) == Whole{0});
}

TEST_CASE("the same seed draws the same numbers, another seed others") {
  const auto drawn = [](uint64_t seed) {
    Rng rng(stream(seed, Purpose::user));
    Values all = as_values(rand({4}, rng));
    for (const Tensor& x : {randn({4}, rng, DType::f64), randint(0, 1000, {4}, rng),
                            randperm(9, rng), rand_like(zeros({4}, DType::f64), rng)}) {
      for (const double v : as_values(x)) all.push_back(v);
    }
    return all;
  };
  CHECK(drawn(5) == drawn(5));
  CHECK(drawn(5) != drawn(6));
}

}  // namespace heed::testing::factories_test
