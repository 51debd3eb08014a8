#include "heed/framework/nn/init.h"

#include <cmath>

#include "heed/framework/ops/matmul.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/case/difference.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::init_test {
namespace {

Tensor drawn(const Initializer& initializer, const Shape& shape, DType dtype = DType::f64,
             uint64_t seed = 1) {
  Rng rng(stream(seed, Purpose::initialisation));
  Tensor x = zeros(shape, dtype);
  initializer(x, rng);
  return x;
}

struct Moments {
  double mean = 0, deviation = 0, smallest = 0, largest = 0;
};

Moments moments(const Tensor& x) {
  const Values all = values(x);
  const auto count = static_cast<double>(all.size());
  Moments m;
  for (const double value : all) {
    m.mean += value / count;
    m.smallest = std::min(m.smallest, value);
    m.largest = std::max(m.largest, value);
  }
  for (const double value : all) m.deviation += (value - m.mean) * (value - m.mean) / count;
  m.deviation = std::sqrt(m.deviation);
  return m;
}

// [out, in, 2]: fan_in 2·in = 100, fan_out 2·out = 400, and 20,000 elements.
const Shape weight{200, 50, 2};
constexpr double fan_in = 100, fan_out = 400, count = 20000;

/// Five standard errors of the mean and of the deviation.
void check_normal(const Tensor& x, double deviation) {
  const Moments m = moments(x);
  CHECK(std::abs(m.mean) < 5 * deviation / std::sqrt(count));
  CHECK(std::abs(m.deviation - deviation) < 5 * deviation / std::sqrt(2 * count));
  CHECK(m.largest > 3 * deviation);
  CHECK(m.smallest < -3 * deviation);
}

void check_uniform(const Tensor& x, double bound) {
  const Moments m = moments(x);
  const double deviation = bound / std::sqrt(3.0);
  CHECK(std::abs(m.mean) < 5 * deviation / std::sqrt(count));
  CHECK(std::abs(m.deviation - deviation) < 5 * deviation / std::sqrt(count));
  CHECK((m.smallest >= -bound && m.largest < bound));
  CHECK((m.smallest < -0.99 * bound && m.largest > 0.99 * bound));
}

}  // namespace

TEST_CASE("Constants fill every element") {
  CHECK(values(drawn(init::zeros(), {3})) == Values{0, 0, 0});
  CHECK(values(drawn(init::ones(), {3})) == Values{1, 1, 1});
  CHECK(values(drawn(init::constant(-2.5), {3})) == Values{-2.5, -2.5, -2.5});
}

TEST_CASE("Uniform initializers have the bounds and moments of their formulas") {
  check_uniform(drawn(init::uniform(0.25), weight), 0.25);
  check_uniform(drawn(init::xavier_uniform(), weight), std::sqrt(6 / (fan_in + fan_out)));
  check_uniform(drawn(init::xavier_uniform(3), weight), 3 * std::sqrt(6 / (fan_in + fan_out)));
  check_uniform(drawn(init::kaiming_uniform(std::sqrt(2.0)), weight), std::sqrt(6 / fan_in));
}

TEST_CASE("Normal initializers have the moments of their formulas") {
  check_normal(drawn(init::normal(0.02), weight), 0.02);
  check_normal(drawn(init::xavier_normal(), weight), std::sqrt(2 / (fan_in + fan_out)));
  check_normal(drawn(init::xavier_normal(0.5), weight), 0.5 * std::sqrt(2 / (fan_in + fan_out)));
  check_normal(drawn(init::kaiming_normal(std::sqrt(2.0)), weight), std::sqrt(2 / fan_in));
}

TEST_CASE("Orthogonal weights have orthonormal rows, or columns if those are fewer, times gain") {
  for (const Shape& shape : {Shape{5, 8}, {8, 5}, {6, 6}, {4, 3, 5}, {40, 2, 3}, {1, 4}, {3, 1}}) {
    const Tensor x = drawn(init::orthogonal(2), shape).view({shape[0], numel_of(shape) / shape[0]});
    const bool wide = x.size(0) <= x.size(1);
    const Tensor rows = wide ? x : x.transpose(0, 1);
    const Tensor product = matmul(rows, rows.transpose(0, 1));
    INFO(text_of(shape));
    for (int64_t i = 0; i < product.size(0); ++i) {
      for (int64_t j = 0; j < product.size(0); ++j) {
        CHECK(std::abs(product.select(0, i).select(0, j).item() - (i == j ? 4 : 0)) < 1e-13);
      }
    }
  }
}

TEST_CASE("f32 and f64 parameters start from the same numbers") {
  for (const Initializer& initializer :
       {init::uniform(0.3), init::normal(0.3), init::xavier_uniform(), init::xavier_normal(),
        init::kaiming_uniform(1), init::kaiming_normal(1), init::orthogonal()}) {
    const Tensor rounded = drawn(initializer, {6, 4}).to(DType::f32);
    CHECK(bit_difference(drawn(initializer, {6, 4}, DType::f32), rounded) == "");
    CHECK(bit_difference(drawn(initializer, {6, 4}), drawn(initializer, {6, 4})) == "");
    CHECK(bit_difference(drawn(initializer, {6, 4}), drawn(initializer, {6, 4}, DType::f64, 2)) !=
          "");
  }
}

TEST_CASE("Initializers by fans refuse what has none, and take empty weights") {
  for (const Initializer& initializer :
       {init::xavier_uniform(), init::xavier_normal(), init::kaiming_uniform(1),
        init::kaiming_normal(1), init::orthogonal()}) {
    CHECK(message_of([&] { drawn(initializer, {4}); }) ==
          "init: fan_in and fan_out need a weight of at least 2 dimensions, got [4]");
    CHECK(drawn(initializer, {0, 4}).numel() == 0);
    CHECK(drawn(initializer, {4, 0}).numel() == 0);
  }
}

}  // namespace heed::testing::init_test
