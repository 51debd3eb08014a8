// Right under any numbers: what squares does not overflow, and what sums loses no digits.
#include <cmath>
#include <functional>
#include <limits>

#include "heed/framework/autograd/backward.h"
#include "heed/framework/autograd/gradcheck.h"
#include "heed/framework/base/parallel.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/indexing.h"
#include "heed/framework/ops/logic.h"
#include "heed/framework/ops/normalization.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::extreme_numbers_test {
namespace {

using Function = std::function<Tensor(const Tensor&)>;

/// The value of f and the gradient of its sum, in doubles.
std::pair<std::vector<double>, std::vector<double>> value_and_slope(const Tensor& x,
                                                                    const Function& f) {
  const Tensor leaf = x.clone().requires_grad_();
  const Tensor y = f(leaf);
  sum(y).backward();
  return {y.detach().to(DType::f64).contiguous().reshape({-1}).to_vector<double>(),
          leaf.grad().to(DType::f64).contiguous().reshape({-1}).to_vector<double>()};
}

void check_close(const std::vector<double>& got, const std::vector<double>& want, double epsilon) {
  REQUIRE(got.size() == want.size());
  for (size_t i = 0; i < got.size(); ++i) CHECK(got[i] == Approx(want[i]).epsilon(epsilon));
}

}  // namespace

TEST_CASE("norms and deviations of huge and tiny numbers are in range if their value is") {
  const auto by_p = [](double p) { return [p](const Tensor& x) { return norm(x, p, {-1}); }; };
  const auto deviation = [](const Tensor& x) { return std(x, {-1}); };
  // Two rows, of which only one is extreme: each has a scale of its own.
  for (const double size : {1e19, 1e-30, 1e-38, 1.0}) {
    const double s = static_cast<double>(static_cast<float>(size));
    const Tensor x = tensor<float>({3, 4, -6, 8}).reshape({2, 2}) *
                     from_values(std::vector<double>{s, 1}, {2, 1}).to(DType::f32);
    const auto [values, slopes] = value_and_slope(x, by_p(2));
    check_close(values, {5 * s, 10}, 1e-6);
    check_close(slopes, {0.6, 0.8, -0.6, 0.8}, 1e-6);
    check_close(value_and_slope(x, by_p(3)).first, {std::cbrt(91.0) * s, std::cbrt(728.0)}, 1e-5);
    const auto [spread, spread_slopes] = value_and_slope(x, deviation);
    check_close(spread, {std::sqrt(0.5) * s, std::sqrt(98.0)}, 1e-6);
    const double half = std::sqrt(0.5);
    check_close(spread_slopes, {-half, half, -half, half}, 1e-6);
  }
  const Tensor wide = tensor<double>({3e200, 4e200});
  check_close(value_and_slope(wide, by_p(2)).first, {5e200}, 1e-15);
  check_close(value_and_slope(tensor<double>({3e-200, 4e-200}), by_p(2)).second, {0.6, 0.8}, 1e-15);
  check_close(value_and_slope(tensor<float>({1e20F, 3e20F}), deviation).first, {1.4142135e20},
              1e-6);
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(norm(tensor<double>({1, -infinity})).item() == infinity);
  CHECK(std::isnan(norm(tensor<double>({1, std::nan("")})).item()));
  CHECK(norm(zeros({3})).item() == 0);
}

TEST_CASE("variances and their gradients are in range though squares are not") {
  const auto variance = [](const Tensor& x) { return var(x, {-1}, 0); };
  const auto deviation = [](const Tensor& x) { return std(x, {-1}, 0); };
  // The middle row is extreme: its squares, or those of its sum, are out of range.
  const auto rows = [](double a, double b) {
    return tensor<double>({1, 2, a, b, 3, 7}).reshape({3, 2});
  };
  const Tensor large = rows(1e19, 4e19).to(DType::f32);
  check_close(value_and_slope(large, variance).first, {0.25, 2.25e38, 4}, 1e-6);
  check_close(value_and_slope(large, variance).second, {-0.5, 0.5, -1.5e19, 1.5e19, -2, 2}, 1e-6);
  // Here no square is in range, and the variance is not either, but its gradient is.
  const Tensor larger = rows(1e20, 3e20).to(DType::f32);
  CHECK(value_and_slope(larger, variance).first[1] == std::numeric_limits<double>::infinity());
  check_close(value_and_slope(larger, variance).second, {-0.5, 0.5, -1e20, 1e20, -2, 2}, 1e-6);
  const Tensor wide = rows(1e154, 3e154);
  check_close(value_and_slope(wide, variance).first, {0.25, 1e308, 4}, 1e-14);
  check_close(value_and_slope(wide, variance).second, {-0.5, 0.5, -1e154, 1e154, -2, 2}, 1e-14);
  const Tensor tiny = rows(1e-160, 3e-160);
  check_close(value_and_slope(tiny, variance).first, {0.25, 1e-320, 4}, 1e-3);
  check_close(value_and_slope(tiny, variance).second, {-0.5, 0.5, -1e-160, 1e-160, -2, 2}, 1e-14);
  // At the ends of the range, where the distance of two elements does not fit.
  const Tensor ends = tensor<float>({3e38F, -3e38F, 3e38F, 3e38F, 1e-44F, 4e-44F}).reshape({3, 2});
  check_close(value_and_slope(ends, deviation).first, {3e38, 0, 1.5e-44}, 0.1);
  check_close(value_and_slope(ends, deviation).second, {0.5, -0.5, 0, 0, -0.5, 0.5}, 0.1);
}

TEST_CASE("the variance of a row with an infinity is NaN, its slopes beside it are infinite") {
  const double infinity = std::numeric_limits<double>::infinity();
  const auto [values, slopes] = value_and_slope(tensor<double>({0, infinity, 1, 3}).reshape({2, 2}),
                                                [](const Tensor& x) { return var(x, {-1}); });
  CHECK(std::isnan(values[0]));
  CHECK(values[1] == 2);
  CHECK(slopes[0] == -infinity);
  CHECK(std::isnan(slopes[1]));
  CHECK(slopes[2] == -2);
}

TEST_CASE("deviations without a degree of freedom") {
  const double infinity = std::numeric_limits<double>::infinity();
  const Tensor rows = tensor<double>({1, 3, 2, 2}).reshape({2, 2});
  for (const double correction : {2.0, 5.0}) {
    const auto [values, slopes] =
        value_and_slope(rows, [&](const Tensor& x) { return var(x, {-1}, correction); });
    CHECK(values[0] == infinity);
    CHECK(std::isnan(values[1]));
    CHECK(slopes[0] == -infinity);
    CHECK(slopes[1] == infinity);
    CHECK(std::isnan(slopes[2]));
    CHECK(std(rows, {-1}, correction).select(0, 0).item() == infinity);
    CHECK(std::isnan(std(rows, {-1}, correction).select(0, 1).item()));
  }
}

TEST_CASE("slopes of norms whose elements are below the smallest normal number") {
  const auto norm_of = [](double p) { return [p](const Tensor& x) { return norm(x, p, {-1}); }; };
  check_close(value_and_slope(tensor<double>({-5e-324, 0}), norm_of(2)).second, {-1, 0}, 1e-15);
  check_close(value_and_slope(tensor<float>({-1e-45F, 0}), norm_of(3)).second, {-1, 0}, 1e-6);
  check_close(value_and_slope(tensor<double>({4, 1, 0}), norm_of(0.5)).second, {1.5, 3, 0}, 1e-15);
}

TEST_CASE("rows without a length or a deviation have slopes of 0 of any order") {
  for (const Function& f : {Function([](const Tensor& x) { return norm(x, 2, {-1}); }),
                            Function([](const Tensor& x) { return norm(x, 3, {-1}); }),
                            Function([](const Tensor& x) { return heed::std(x, {-1}); })}) {
    const Tensor x = zeros({2, 3}, DType::f64).requires_grad_();
    const Tensor slopes = grad(sum(f(x)), x, {}, {.create_graph = true});
    CHECK(max(heed::abs(slopes)).item() == 0);
    const Tensor second =
        grad(std::vector{sum(slopes * tensor<double>({1, 2, 4}))}, std::vector{x}, {}, {}, true)[0];
    CHECK((!second.defined() || max(heed::abs(second)).item() == 0));
  }
}

TEST_CASE("second derivatives of deviations of numbers whose squares are out of range") {
  const auto f = differentiable([](const std::vector<Tensor>& in) {
    return std(in[0] * 1e200, {-1}) * 1e-200 + var(in[0] * 1e-150, {-1}) * 1e300 +
           var(in[0] * 1e153, {-1}) * 1e-306;
  });
  const Tensor x = tensor<double>({3, 4, -2, -1, 2, 5}).reshape({2, 3}).requires_grad_();
  CHECK(gradcheck(f, {x}).passed);
  CHECK(gradgradcheck(f, {x}).passed);
}

TEST_CASE("second derivatives of the norm of numbers whose squares are out of range") {
  const auto f = differentiable(
      [](const std::vector<Tensor>& in) { return norm(in[0] * 1e200, 2, {-1}) * 1e-200; });
  const Tensor x = tensor<double>({3, 4, -1, 2}).reshape({2, 2}).requires_grad_();
  CHECK(gradcheck(f, {x}).passed);
  CHECK(gradgradcheck(f, {x}).passed);
}

TEST_CASE("means are in range where sums are not") {
  const auto [value, slope] = value_and_slope(tensor<float>({3e38F, 3e38F, 1e38F}),
                                              [](const Tensor& x) { return mean(x); });
  check_close(value, {7e38 / 3}, 1e-6);
  check_close(slope, {1.0 / 3, 1.0 / 3, 1.0 / 3}, 1e-6);
  // A row beside it keeps its digits, which are few: a half of the least number is 0.
  const auto rows = tensor<double>({1.7e308, 1.7e308, 5e-324, 5e-324}).reshape({2, 2});
  const auto of_rows = value_and_slope(rows, [](const Tensor& x) { return mean(x, {-1}); });
  CHECK(of_rows.first == std::vector<double>{1.7e308, 5e-324});
  CHECK(of_rows.second == std::vector<double>{0.5, 0.5, 0.5, 0.5});
}

TEST_CASE("variances beside a large mean") {
  const auto variance = [](const Tensor& x) { return var(x, {-1}); };
  const auto [value, slope] = value_and_slope(tensor<float>({16777216, 16777218}), variance);
  check_close(value, {2}, 0);
  check_close(slope, {-2, 2}, 0);
  const auto rows = tensor<double>({1e15, 1e15 + 1, 1e15 + 2, 1, 2, 4}).reshape({2, 3});
  check_close(value_and_slope(rows, variance).first, {1, 7.0 / 3}, 1e-14);
  CHECK(std(tensor<float>({16777216, 16777218})).item() == Approx(std::sqrt(2.0)).epsilon(1e-7));
}

TEST_CASE("normalisation of rows of any size") {
  const Tensor rows = tensor<double>({1e200, -1e200, 3e-200, 1e-200, 1, 2}).reshape({3, 2});
  check_close(layer_norm(rows, {2}, Tensor(), Tensor(), 0).reshape({-1}).to_vector<double>(),
              {1, -1, 1, -1, -1, 1}, 1e-15);
  const double half = std::sqrt(0.5), tenth = std::sqrt(0.1);
  check_close(rms_norm(rows, {2}, Tensor(), 0).reshape({-1}).to_vector<double>(),
              {half * std::sqrt(2), -half * std::sqrt(2), 3 * tenth * std::sqrt(2),
               tenth * std::sqrt(2), std::sqrt(0.4), 2 * std::sqrt(0.4)},
              1e-15);
  // A sum that leaves the range, in one of two rows.
  const Tensor ends = tensor<double>({1.5e308, 1.5e308, 0, 1, 1, 4}).reshape({2, 3});
  check_close(layer_norm(ends, {3}, Tensor(), Tensor(), 0).reshape({-1}).to_vector<double>(),
              {half, half, -2 * half, -half, -half, 2 * half}, 1e-14);
  // One NaN spoils its row alone, though all other elements are 0.
  const Tensor spoilt = tensor<double>({0, std::nan(""), 0, 1, 2, 2}).reshape({2, 3});
  for (const Tensor& y : {layer_norm(spoilt, {3}), rms_norm(spoilt, {3})}) {
    CHECK(count_nonzero(isnan(y)).item() == 3);
    CHECK(count_nonzero(isnan(y.select(0, 0))).item() == 3);
  }
  const auto f = differentiable([](const std::vector<Tensor>& in) {
    return rms_norm(in[0] * 1e200, {3}, Tensor(), 0) + layer_norm(in[0] * 1e-200, {3}, {}, {}, 0);
  });
  const Tensor x = tensor<double>({1, 2, 4, -3, 1, 0.5}).reshape({2, 3}).requires_grad_();
  CHECK(gradcheck(f, {x}).passed);
  CHECK(gradgradcheck(f, {x}).passed);
}

TEST_CASE("many terms at one index are as exact as their sum, for any number of threads") {
  const int threads_before = num_threads();
  const int64_t many = 300000;
  for (const int threads : {1, 2, 3}) {
    set_num_threads(threads);
    const Tensor tenths = full({1, 1}, 0.1).expand({many, 3});
    const Tensor ids = zeros({many}, DType::i64);
    const double want = static_cast<double>(0.1F) * static_cast<double>(many);
    const Tensor start = zeros({4, 3});
    const Tensor added = index_add(start, 0, ids, tenths);
    const Tensor scattered = scatter_add(start, 0, ids.unsqueeze(1).expand({many, 3}), tenths);
    const Tensor w = zeros({4, 3}).requires_grad_();
    sum(embedding(ids, w) * 0.1).backward();
    const Tensor x = zeros({4, 3}).requires_grad_();
    sum(gather(x, 0, ids.unsqueeze(1).expand({many, 3})) * 0.1).backward();
    const Tensor z = zeros({4, 3}).requires_grad_();
    sum(index_select(z, 0, ids) * 0.1).backward();
    for (const Tensor& sums : {added, scattered, w.grad(), x.grad(), z.grad()}) {
      for (int64_t column = 0; column < 3; ++column) {
        CHECK(sums.select(0, 0).select(0, column).item() == Approx(want).epsilon(1.4e-7));
      }
      CHECK(max(narrow(sums, 0, 1, 3)).item() == 0);
    }
  }
  set_num_threads(threads_before);
}

TEST_CASE("seventeen terms and one beside them: wide and narrow sums in one tensor") {
  std::vector<int64_t> ids(20, 2);
  ids[3] = 0;
  ids[7] = 1;
  ids[11] = 1;
  const Tensor index = from_values(ids, {20});
  const Tensor terms = arange(0, 60, 1, DType::f32).reshape({20, 3});
  const Tensor start = full({4, 3}, 0.5);
  for (const DType dtype : {DType::f32, DType::f64}) {
    const Tensor got = index_add(start.to(dtype), 0, index, terms.to(dtype));
    const Tensor scattered =
        scatter_add(start.to(dtype), 0, index.unsqueeze(1).expand({20, 3}), terms.to(dtype));
    double want[4][3];
    for (auto& row : want) std::fill_n(row, 3, 0.5);
    for (size_t i = 0; i < 20; ++i) {
      for (size_t j = 0; j < 3; ++j) want[ids[i]][j] += static_cast<double>(3 * i + j);
    }
    for (int64_t i = 0; i < 4; ++i) {
      for (int64_t j = 0; j < 3; ++j) {
        CHECK(got.select(0, i).select(0, j).item() == want[i][j]);
        CHECK(scattered.select(0, i).select(0, j).item() == want[i][j]);
      }
    }
  }
}

TEST_CASE("sums down long columns, as in the gradient of a bias") {
  const Tensor x = full({1, 1}, 0.1).expand({3000000, 2});
  const double want = static_cast<double>(0.1F) * 3e6;
  const Tensor sums = sum(x, {0});
  CHECK(sums.select(0, 0).item() == Approx(want).epsilon(1.4e-7));
  CHECK(sums.select(0, 1).item() == Approx(want).epsilon(1.4e-7));
  const Tensor bias = zeros({2}).requires_grad_();
  sum((zeros({1000000, 2}) + bias) * 0.1).backward();
  CHECK(bias.grad().select(0, 0).item() == Approx(static_cast<double>(0.1F) * 1e6).epsilon(2e-7));
  const Tensor weight = ones({2}).requires_grad_(), shift = zeros({2}).requires_grad_();
  const Tensor rows = tensor<float>({-1, 1}).reshape({1, 2}).expand({1000000, 2}).contiguous();
  sum(layer_norm(rows, {2}, weight, shift) * 0.1).backward();
  CHECK(shift.grad().select(0, 1).item() == Approx(static_cast<double>(0.1F) * 1e6).epsilon(2e-6));
  CHECK(weight.grad().select(0, 1).item() ==
        Approx(static_cast<double>(0.1F) * 1e6).epsilon(1e-5));  // eps moves the normal rows
}

}  // namespace heed::testing::extreme_numbers_test
