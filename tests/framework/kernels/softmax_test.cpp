#include "heed/framework/kernels/softmax.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "heed/framework/kernels/dropout.h"
#include "heed/framework/ops/view.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/case/not_finite.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::softmax_test {
namespace {

std::vector<long double> exact_softmax(const Values& row) {
  long double best = -infinity, total = 0;
  for (const double v : row) best = std::max<long double>(best, v);
  std::vector<long double> result;
  for (const double v : row) result.push_back(std::exp(v - best));
  for (const long double v : result) total += v;
  for (long double& v : result) v /= total;
  return result;
}

}  // namespace

TEST_CASE("softmax agrees with long double along any dimension of any layout") {
  for (const int64_t length : {1, 2, 7, 16, 33, 1000}) {
    const Tensor base = normal({3, length, 2}, 1);
    for (const int64_t dim : {0, 1, 2}) {
      const Tensor x = base.transpose(1, dim);
      const Tensor y = kernels::softmax(x, dim), log_y = kernels::log_softmax(x, dim);
      REQUIRE(y.shape() == x.shape());
      REQUIRE(log_y.shape() == x.shape());
      for (int64_t i = 0; i < 6; ++i) {
        const auto row = [&](const Tensor& t) {
          return values(t.transpose(1, dim).select(2, i % 2).select(0, i / 2));
        };
        const Values got = row(y), logs = row(log_y);
        const std::vector<long double> want = exact_softmax(row(x));
        REQUIRE(got.size() == static_cast<size_t>(length));
        for (size_t j = 0; j < got.size(); ++j) {
          const auto one = static_cast<double>(want[j]);
          CHECK(got[j] == Approx(one).epsilon(1e-14));
          CHECK(logs[j] == Approx(std::log(one)).epsilon(1e-13).margin(1e-15));
        }
      }
    }
  }
}

TEST_CASE("huge rows do not overflow and blocked elements get nothing") {
  CHECK(values(kernels::softmax(tensor<double>({1e308, 1e308, -1e308}), 0)) == Values{0.5, 0.5, 0});
  CHECK(values(kernels::softmax(tensor<double>({-1e308, -1e308}), 0)) == Values{0.5, 0.5});
  CHECK(values(kernels::softmax(tensor<double>({0, -infinity, 0}), 0)) == Values{0.5, 0, 0.5});
  CHECK(values(kernels::log_softmax(tensor<double>({1000, 1000 - 800}), 0)) == Values{0, -800});
  CHECK(values(kernels::log_softmax(tensor<double>({5, -infinity}), 0)) == Values{0, -infinity});
  CHECK(kernels::softmax(tensor<float>({3e38F, 1}), 0).to_vector<float>() ==
        std::vector<float>{1, 0});
}

TEST_CASE("a row with NaN or without anything finite to choose is NaN, and only that row") {
  for (const double bad : {std::nan(""), infinity}) {
    for (const int64_t at : {0, 1, 2}) {
      const Tensor x = ones({2, 3}, DType::f64);
      x.mutable_data<double>()[at] = bad;
      const Values y = values(kernels::softmax(x, 1));
      CHECK(std::isnan(y[static_cast<size_t>(at)]));
      if (std::isnan(bad)) CHECK((std::isnan(y[0]) && std::isnan(y[1]) && std::isnan(y[2])));
      CHECK(y[3] == Approx(1.0 / 3));
    }
  }
  for (const double v : values(kernels::softmax(full({3}, -infinity, DType::f64), 0))) {
    CHECK(std::isnan(v));
  }
}

TEST_CASE("softmax takes 0-d and empty tensors") {
  CHECK(kernels::softmax(scalar(3, DType::f64), 0).item() == 1);
  CHECK(kernels::log_softmax(scalar(3, DType::f64), 0).item() == 0);
  CHECK(kernels::softmax(zeros({2, 0}), 1).shape() == Shape{2, 0});
  CHECK(kernels::softmax(zeros({0, 2}), 1).shape() == Shape{0, 2});
  CHECK(message_of([] { kernels::softmax(arange(3), 0); }) ==
        "softmax: takes f32 or f64, got i64; write .to(DType::f32)");
}

TEST_CASE("softmax and dropout give the same bits with 1 and 2 threads") {
  const Tensor x = normal({300, 401}, 1, DType::f32);
  const RandomStream drops = stream(1, Purpose::dropout);
  std::vector<std::vector<float>> results;
  for (const int count : {1, 2}) {
    const Threads threads(count);
    results.push_back(kernels::softmax(x, 1).to_vector<float>());
    results.push_back(kernels::softmax(x, 0).to_vector<float>());
    results.push_back(kernels::dropout(x, 0.3, drops).to_vector<float>());
  }
  for (size_t i = 0; i < 3; ++i) CHECK(results[i] == results[i + 3]);
}

TEST_CASE("dropout keeps about 1 - p and is a pure function of stream and index") {
  const RandomStream drops = stream(5, Purpose::dropout, 2, 3);
  const int64_t count = 100000;
  for (const double p : {0.1, 0.5, 0.9}) {
    const std::vector<float> y = kernels::dropout(ones({count}), p, drops).to_vector<float>();
    int64_t kept = 0;
    for (size_t i = 0; i < y.size(); ++i) {
      const bool keeps = uniform_float(bits_at(drops, i)) >= static_cast<float>(p);
      REQUIRE(y[i] == (keeps ? static_cast<float>(1 / (1 - p)) : 0.0F));
      kept += keeps ? 1 : 0;
    }
    const double deviation = std::sqrt(p * (1 - p) / static_cast<double>(count));
    CHECK(std::abs(static_cast<double>(kept) / static_cast<double>(count) - (1 - p)) <
          5 * deviation);
  }
  // The index is that of the element in row-major order, whatever the layout, length and dtype.
  const Tensor x = ones({7, 11}).transpose(0, 1);
  const std::vector<float> some = kernels::dropout(x, 0.5, drops).to_vector<float>();
  const Values longer = values(kernels::dropout(ones({100}, DType::f64), 0.5, drops));
  for (size_t i = 0; i < some.size(); ++i) CHECK(static_cast<double>(some[i]) == longer[i]);
}

TEST_CASE("dropout of nothing and of everything") {
  const RandomStream drops = stream(5, Purpose::dropout);
  const Tensor x = normal({1000}, 1);
  CHECK(values(kernels::dropout(x, 0, drops)) == values(x));
  CHECK(values(kernels::dropout(full({1000}, infinity, DType::f64), 1, drops)) ==
        Values(1000, 0.0));
  CHECK(kernels::dropout(zeros({0, 3}), 0.5, drops).shape() == Shape{0, 3});
}

}  // namespace heed::testing::softmax_test
