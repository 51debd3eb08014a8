// Zeros, infinities and NaN come out of every function with the same sign on every SIMD target.
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "heed/framework/kernels/elementwise.h"
#include "heed/framework/kernels/functions.h"
#include "heed/framework/tensor/factories.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/framework/simd_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::signed_zero_test {
namespace {

/// What stays the same however a target rounds: −∞, a negative number, −0, 0, …
enum class Kind { nan, minus_infinity, negative, minus_zero, zero, positive, infinity };
Kind kind_of(double x) {
  if (std::isnan(x)) return Kind::nan;
  if (x == 0) return std::signbit(x) ? Kind::minus_zero : Kind::zero;
  if (std::isinf(x)) return x < 0 ? Kind::minus_infinity : Kind::infinity;
  return x < 0 ? Kind::negative : Kind::positive;
}

std::vector<Kind> kinds_of(const Tensor& x) {
  std::vector<Kind> kinds;
  for (const double value : x.to(DType::f64).to_vector<double>()) kinds.push_back(kind_of(value));
  return kinds;
}

/// With a tail that fills no vector.
Tensor edge_numbers(DType dtype) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  std::vector<double> numbers;
  for (const double x : {0.0, 1e-30, 0.2, 0.5, 0.8, 1.0, 1.5, 2.5, 8388609.0, 1e30, infinity}) {
    numbers.push_back(x);
    numbers.push_back(-x);
  }
  numbers.push_back(std::numeric_limits<double>::quiet_NaN());
  return from_values(numbers, {static_cast<int64_t>(numbers.size())}).to(dtype);
}

/// f gives results of the same kinds on every target.
template <class Function>
void check_alike(const char* name, const Function& f) {
  std::vector<Kind> first;
  on_every_target([&] {
    const std::vector<Kind> found = kinds_of(f());
    if (first.empty()) first = found;
    INFO(name);
    CHECK(found == first);
  });
}

}  // namespace

TEST_CASE("every function of one number keeps signs, infinities and NaN alike on every target") {
  for (const DType dtype : {DType::f32, DType::f64}) {
    const Tensor x = edge_numbers(dtype);
    for (int i = 0; i <= static_cast<int>(kernels::Unary::mish); ++i) {
      const auto function = static_cast<kernels::Unary>(i);
      check_alike(std::to_string(i).c_str(), [&] { return kernels::unary(function, x); });
    }
  }
}

TEST_CASE("every operation on two numbers keeps signs, infinities and NaN alike on every target") {
  for (const DType dtype : {DType::f32, DType::f64}) {
    const Tensor numbers = edge_numbers(dtype);
    const int64_t count = numbers.numel();
    const Tensor a = numbers.view({count, 1}).expand({count, count}).contiguous();
    const Tensor b = numbers.view({1, count}).expand({count, count}).contiguous();
    for (int i = 0; i <= static_cast<int>(kernels::Arithmetic::minimum); ++i) {
      const auto operation = static_cast<kernels::Arithmetic>(i);
      check_alike(std::to_string(i).c_str(), [&] { return kernels::arithmetic(operation, a, b); });
    }
  }
}

TEST_CASE("floor, ceil, trunc and round give the whole numbers of the C library on every target") {
  const auto check = [](kernels::Unary function, double (*exact)(double)) {
    for (const DType dtype : {DType::f32, DType::f64}) {
      const Tensor x = edge_numbers(dtype);
      const std::vector<double> numbers = x.to(DType::f64).to_vector<double>();
      on_every_target([&] {
        const Tensor y = kernels::unary(function, x).to(DType::f64);
        const std::vector<double> found = y.to_vector<double>();
        for (size_t i = 0; i < numbers.size(); ++i) {
          const double want = exact(numbers[i]);
          CAPTURE(numbers[i], found[i]);
          CHECK((std::isnan(want) ? std::isnan(found[i]) : found[i] == want));
          CHECK((std::isnan(want) || std::signbit(found[i]) == std::signbit(want)));
        }
      });
    }
  };
  check(kernels::Unary::floor, [](double x) { return std::floor(x); });
  check(kernels::Unary::ceil, [](double x) { return std::ceil(x); });
  check(kernels::Unary::trunc, [](double x) { return std::trunc(x); });
  check(kernels::Unary::round, [](double x) { return std::nearbyint(x); });
}

}  // namespace heed::testing::signed_zero_test
