// Reductions where PyTorch's semantics are a choice: zeros, ties, NaN, one element and none.
#include "heed/framework/ops/reduce.h"

#include <cmath>

#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/view.h"
#include "heed/tests/framework/semantics_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::reduce_semantics_test {
namespace {

/// Rows of second derivatives of prod at `numbers`.
Values second_derivatives_of_prod(const Values& numbers) {
  const Tensor x = leaf(numbers);
  const Tensor first = grad(prod(x), x, {}, {.create_graph = true});
  Values rows;
  for (int64_t i = 0; i < x.numel(); ++i) {
    for (const double v : values(grad(select(first, 0, i), x, {}, {.retain_graph = true}))) {
      rows.push_back(v);
    }
  }
  return rows;
}

}  // namespace

TEST_CASE("the gradient of prod is the product of the others, zeros among them or not") {
  const auto whole_product = [](const Tensor& x) { return prod(x); };
  CHECK(shown(slope(whole_product, {2, 3, -4})) == shown({-12, -8, 6}));
  CHECK(shown(slope(whole_product, {2, 0, -4})) == shown({0, -8, 0}));
  CHECK(shown(slope(whole_product, {0, 3, 0})) == shown({0, 0, 0}));
  CHECK(shown(slope(whole_product, {5})) == shown({1}));
  CHECK(values(prod(zeros({2, 0}, DType::f64), 1)) == Values{1, 1});
}

TEST_CASE("the second derivative of prod is the product of the rest, zeros among them or not") {
  for (const Values& x : {Values{2, 3, -4}, {2, 0, -4}, {0, 0, 5}, {0, 0, 0}}) {
    CHECK(shown(second_derivatives_of_prod(x)) ==
          shown({0, x[2], x[1], x[2], 0, x[0], x[1], x[0], 0}));
  }
}

TEST_CASE("prod of integers wraps around") {
  CHECK(whole(prod(tensor<int64_t>({int64_t{1} << 62, 2, 3}))) == Whole{least});
  CHECK(whole(prod(tensor<int64_t>({most, most}))) == Whole{1});
}

TEST_CASE("a norm of zeros is 0 with a gradient of 0, for every p") {
  for (const double p : {0.0, 0.5, 1.0, 1.5, 2.0, 3.0, infinity}) {
    INFO("p = " << p);
    const auto norm_p = [p](const Tensor& x) { return norm(x, p); };
    CHECK(norm_p(leaf({0, 0, 0})).item() == 0);
    CHECK(shown(slope(norm_p, {0, 0, 0})) == shown({0, 0, 0}));
    const Values around_zero = values(slope(norm_p, {4, 0, 0}));
    CHECK(std::fabs(around_zero[0] - (p == 0 ? 0 : 1)) < 1e-14);
    CHECK(shown({around_zero[1], around_zero[2]}) == shown({0, 0}));
  }
}

TEST_CASE("norms for p of 0, 1, 2, 3 and infinity are what their names say") {
  const Tensor x = leaf({3, -4, 0});
  CHECK(norm(x, 0).item() == 2);
  CHECK(norm(x, 1).item() == 7);
  CHECK(norm(x, 2).item() == 5);
  CHECK(std::fabs(norm(x, 3).item() - std::cbrt(91.0)) < 1e-14);
  CHECK(norm(x, infinity).item() == 4);
  const auto largest = [](const Tensor& v) { return norm(v, infinity); };
  CHECK(shown(slope(largest, {3, -3, 1})) == shown({0.5, -0.5, 0}));
  CHECK(norm(leaf({nan, 1}), 0).item() == 2);
  for (const double p : {0.5, 1.0, 2.0, 3.0, infinity}) {
    CHECK(std::isnan(norm(leaf({nan, 1}), p).item()));
  }
}

TEST_CASE("the deviation of one element is NaN, of equal ones 0 with a gradient of 0") {
  const auto deviation = [](const Tensor& x) { return heed::std(x); };
  CHECK(std::isnan(deviation(leaf({2})).item()));
  CHECK(shown(slope(deviation, {2})) == shown({nan}));
  CHECK(deviation(leaf({2, 2, 2})).item() == 0);
  CHECK(shown(slope(deviation, {2, 2, 2})) == shown({0, 0, 0}));
  const auto biased = [](const Tensor& x) { return heed::std(x, {}, 0); };
  CHECK(biased(leaf({2})).item() == 0);
  CHECK(shown(slope(biased, {2})) == shown({0}));
  CHECK(std::isnan(var(leaf({2})).item()));
  CHECK(var(leaf({2, 3}), {}, 5).item() == infinity);
  CHECK(std::isnan(mean(zeros({0}, DType::f64)).item()));
}

TEST_CASE("equal extremes share the gradient over all elements, the first has it along a dim") {
  const Values ties{1, 3, 3, 1};
  CHECK(shown(slope([](const Tensor& x) { return amax(x); }, ties)) == shown({0, 0.5, 0.5, 0}));
  CHECK(shown(slope([](const Tensor& x) { return amin(x); }, ties)) == shown({0.5, 0, 0, 0.5}));
  CHECK(shown(slope([](const Tensor& x) { return max(x); }, ties)) == shown({0, 0.5, 0.5, 0}));
  CHECK(shown(slope([](const Tensor& x) { return min(x); }, ties)) == shown({0.5, 0, 0, 0.5}));
  const auto along = [](const Tensor& x) { return max(x, 0).values; };
  CHECK(shown(slope(along, ties)) == shown({0, 1, 0, 0}));
  CHECK(whole(argmax(leaf(ties), 0)) == Whole{1});
  CHECK(whole(argmin(leaf(ties), 0)) == Whole{0});
  CHECK(whole(argmax(leaf({1, 3, 3, 3}, {2, 2}))) == Whole{1});
  const Tensor neighbours = tensor<int64_t>({most - 1, most, most});
  CHECK(whole(argmax(neighbours)) == Whole{1});
  CHECK(whole(amax(neighbours)) == Whole{most});
}

TEST_CASE("NaN is both the largest and the smallest, the first of several") {
  const Tensor x = leaf({1, nan, infinity, nan});
  CHECK(shown(amax(x)) == shown({nan}));
  CHECK(shown(amin(x)) == shown({nan}));
  CHECK(shown(max(x, 0).values) == shown({nan}));
  CHECK(whole(max(x, 0).indices) == Whole{1});
  CHECK(whole(min(x, 0).indices) == Whole{1});
  CHECK(whole(argmax(x)) == Whole{1});
  CHECK(whole(argmin(x)) == Whole{1});
  CHECK(shown(slope([](const Tensor& v) { return max(v, 0).values; }, {1, nan, nan})) ==
        shown({0, 1, 0}));
}

TEST_CASE("NaN counts as true, no elements as all and not any") {
  CHECK(any(leaf({0, nan})).item() == 1);
  CHECK(all(leaf({1, nan})).item() == 1);
  CHECK(all(leaf({0, nan})).item() == 0);
  CHECK(any(leaf({-0.0, 0})).item() == 0);
  CHECK(any(zeros({0})).item() == 0);
  CHECK(all(zeros({0})).item() == 1);
}

TEST_CASE("logsumexp of numbers whose exponentials overflow or vanish is exact") {
  const double log2 = 0.693147180559945309;
  CHECK(logsumexp(tensor<double>({1000, 1000}), {0}).item() == Approx(1000 + log2).epsilon(1e-15));
  CHECK(logsumexp(tensor<double>({-1000, -1000}), {0}).item() ==
        Approx(-1000 + log2).epsilon(1e-15));
  CHECK(shown(slope([](const Tensor& x) { return logsumexp(x, {0}); }, {1000, 1000, -1000})) ==
        shown({0.5, 0.5, 0}));
}

TEST_CASE("logsumexp of infinities is an infinity") {
  const Tensor x = leaf({-infinity, -infinity, infinity, 1, -infinity, 2}, {3, 2});
  CHECK(shown(logsumexp(x, {1})) == shown({-infinity, infinity, 2}));
  CHECK(shown(grad(sum(select(logsumexp(x, {1}), 0, 2)), x)) == shown({nan, nan, nan, 0, 0, 1}));
  // Beside an infinity even the largest number has no weight.
  CHECK(shown(slope([](const Tensor& a) { return logsumexp(a, {0}); }, {infinity, 1e308, -1})) ==
        shown({nan, 0, 0}));
}

TEST_CASE("amax, amin, any and all take one dimension without braces") {
  const Tensor x = tensor<double>({1, 0, 3, 0}).reshape({2, 2});
  CHECK(values(amax(x, 0)) == Values{3, 0});
  CHECK(values(amin(x, -1)) == Values{0, 0});
  CHECK(amax(x, 1, true).shape() == Shape{2, 1});
  CHECK(heed::any(x, 0).to_vector<bool>() == std::vector<bool>{true, false});
  CHECK(all(x, int64_t{0}).to_vector<bool>() == std::vector<bool>{true, false});
  CHECK(count_nonzero(x).item() == 2);
}

}  // namespace heed::testing::reduce_semantics_test
