// Functions of the C++ library: exact to the last digits in f32 wherever their arguments lie, and
// gradients where squares would overflow.
#include "heed/framework/ops/trigonometry.h"

#include <cmath>
#include <limits>

#include "heed/framework/base/bits.h"
#include "heed/framework/ops/activation.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/tests/framework/semantics_fixtures.h"
#include "heed/tests/framework/simd_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::trigonometry_semantics_test {
namespace {

struct Function {
  const char* name;
  Tensor (*call)(const Tensor&);
  long double (*exact)(long double);
};

long double mish_of(long double v) {
  return v > 80 ? v : v * std::tanh(std::log1p(std::exp(v)));
}

constexpr Function functions[] = {
    {"tan", tan, std::tan},       {"asin", asin, std::asin},    {"acos", acos, std::acos},
    {"atan", atan, std::atan},    {"sinh", sinh, std::sinh},    {"cosh", cosh, std::cosh},
    {"asinh", asinh, std::asinh}, {"acosh", acosh, std::acosh}, {"atanh", atanh, std::atanh},
    {"exp2", exp2, std::exp2},    {"log2", log2, std::log2},    {"log10", log10, std::log10},
    {"mish", mish, mish_of},
};

/// Every magnitude, numbers around 1, and where sinh, cosh, exp2 and mish end.
std::vector<float> everywhere() {
  std::vector<float> numbers{0, -0.0F, 1, -1, 3.0e38F, -3.0e38F, 89.4F, -89.4F, 127.99F};
  for (uint32_t bits = 1; bits < 0x7f800000U; bits += 0x3ffffU) {
    numbers.push_back(bits_as<float>(bits));
    numbers.push_back(-numbers.back());
  }
  for (float near = 0x1p-24F; near < 0.5F; near *= 1.7F) {
    numbers.insert(numbers.end(), {1 - near, 1 + near, near - 1, -90 * near, 200 * near});
  }
  return numbers;
}

}  // namespace

TEST_CASE("functions of the C++ library are within 2 ulp in f32 over their whole range") {
  const std::vector<float> numbers = everywhere();
  on_every_target([&] {
    const Tensor x = from_values<float>(numbers, {static_cast<int64_t>(numbers.size())});
    for (const Function& f : functions) {
      const std::vector<float> got = f.call(x).to_vector<float>();
      double worst = 0;
      for (size_t i = 0; i < numbers.size(); ++i) {
        const auto want = static_cast<float>(f.exact(numbers[i]));
        if (got[i] == want || (std::isnan(got[i]) && std::isnan(want))) continue;
        const double ulp =
            std::nextafter(std::abs(want), std::numeric_limits<float>::infinity()) - std::abs(want);
        worst =
            std::fmax(worst, std::isnan(got[i]) ? infinity : std::abs(double{got[i]} - want) / ulp);
      }
      INFO(f.name);
      CHECK(worst <= 2);
    }
  });
}

TEST_CASE("powers of two are exact") {
  for (const DType dtype : {DType::f32, DType::f64}) {
    const int last = dtype == DType::f32 ? 127 : 1023;
    for (int n = -last + 1; n <= last; ++n) {
      CHECK(exp2(scalar(n, dtype)).item() == std::ldexp(1.0, n));
      CHECK(log2(scalar(std::ldexp(1.0, n), dtype)).item() == n);
    }
  }
}

TEST_CASE("atan2 knows the quadrant, the signs of zero and infinities") {
  const double pi = std::acos(-1.0);
  const Tensor y = tensor<double>({0, -0.0, 0, -0.0, 1, -1, infinity, -infinity, nan});
  const Tensor x = tensor<double>({1, 1, -1, -0.0, 0, 0, infinity, -infinity, 1});
  CHECK(shown(atan2(y, x)) == shown({0, 0, pi, -pi, pi / 2, -pi / 2, pi / 4, -3 * pi / 4, nan}));
}

TEST_CASE("gradients of inverse functions are right where squares overflow or vanish") {
  CHECK(shown(slope(asinh, {0x1p600, -0x1p600, infinity})) == shown({0x1p-600, 0x1p-600, 0}));
  CHECK(shown(slope(acosh, {0x1p600, 1, infinity})) == shown({0x1p-600, infinity, 0}));
  CHECK(shown(slope(asin, {1, -1, 2})) == shown({infinity, infinity, nan}));
  CHECK(shown(slope(acos, {1, 0x1p-80})) == shown({-infinity, -1}));
  CHECK(shown(slope(atanh, {1, 0.5})) == shown({infinity, 4.0 / 3}));
  const Tensor y = leaf({0x1p600, 0x1p-600, 0, 3}), x = leaf({0x1p600, 0x1p-600, 0, 4});
  sum(atan2(y, x)).backward();
  CHECK(shown(y.grad()) == shown({0x1p-601, 0x1p599, 0, 0.16}));
  CHECK(shown(x.grad()) == shown({-0x1p-601, -0x1p599, 0, -0.12}));
}

TEST_CASE("atan2 next to the origin has no gradient where none comes in") {
  const Tensor y = leaf({0, 0}), x = leaf({0x1p-1074, 0x1p-1074});
  atan2(y, x).backward(tensor<double>({0, 1}));
  CHECK(shown(y.grad()) == shown({0, infinity}));
  CHECK(shown(abs(x.grad())) == shown({0, 0}));
}

TEST_CASE("logaddexp has a finite gradient at infinities, which equal ones share") {
  const Tensor a = leaf({infinity, -infinity, infinity, 1, 1000, nan});
  const Tensor b = leaf({infinity, -infinity, -infinity, infinity, 1000, 1});
  const Tensor y = logaddexp(a, b);
  CHECK(shown(y) == shown({infinity, -infinity, infinity, infinity, 1000 + std::log(2.0), nan}));
  sum(y).backward();
  CHECK(shown(a.grad()) == shown({0.5, 0.5, 1, 0, 0.5, nan}));
  CHECK(shown(b.grad()) == shown({0.5, 0.5, 0, 1, 0.5, nan}));
}

TEST_CASE("nan_to_num replaces by the ends of the dtype and stops the gradient there") {
  const auto cleaned = [](const Tensor& x) { return nan_to_num(x); };
  const Values numbers{nan, infinity, -infinity, 2};
  constexpr double most_f64 = std::numeric_limits<double>::max();
  constexpr double most_f32 = std::numeric_limits<float>::max();
  CHECK(shown(cleaned(leaf(numbers))) == shown({0, most_f64, -most_f64, 2}));
  CHECK(shown(slope(cleaned, numbers)) == shown({0, 0, 0, 1}));
  CHECK(shown(nan_to_num(leaf(numbers).to(DType::f32)).to(DType::f64)) ==
        shown({0, most_f32, -most_f32, 2}));
  CHECK(shown(nan_to_num(leaf(numbers), 5, 6, -infinity)) == shown({5, 6, -infinity, 2}));
  CHECK(whole(nan_to_num(tensor<int64_t>({least, most}), 1, 2, 3)) == Whole{least, most});
}

TEST_CASE("hardswish and mish at their kinks and ends") {
  const Values numbers{-infinity, -3, 3, 1e300, infinity, nan};
  CHECK(shown(hardswish(leaf(numbers))) == shown({nan, 0, 3, 1e300, infinity, nan}));
  CHECK(shown(slope(hardswish, numbers)) == shown({0, 0, 1, 1, 1, nan}));
  CHECK(shown(slope(hardsigmoid, numbers)) == shown({0, 0, 0, 0, 0, 0}));
  CHECK(hardswish(scalar(3e38)).item() == static_cast<double>(3e38F));
  CHECK(shown(mish(leaf({0, 1e300, infinity, -1e300}))) == shown({0, 1e300, infinity, 0}));
  CHECK(mish(scalar(-700, DType::f64)).item() ==
        Approx(-700 * std::exp(-700.0)).epsilon(1e-13).margin(0));
  CHECK(shown(softsign(leaf({-infinity, 1, infinity, nan}))) == shown({-1, 0.5, 1, nan}));
  CHECK(shown(slope(softsign, {-infinity, 1, infinity, nan})) == shown({0, 0.25, 0, nan}));
}

}  // namespace heed::testing::trigonometry_semantics_test
