// exp, tanh and erf by vectors against the C library in double and long double, on every target.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

#include "heed/framework/base/bits.h"
#include "heed/framework/base/random.h"
#include "heed/framework/kernels/functions.h"
#include "heed/framework/tensor/factories.h"
#include "heed/tests/framework/simd_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::vector_math_test {
namespace {

/// The distance in units in the last place of `want` (of the least denormal where that is more).
template <class T>
double ulps(T got, long double want) {
  const T rounded = static_cast<T>(want);
  if (std::isnan(want) || std::isinf(rounded) || std::isinf(got)) {
    const bool same = std::isnan(want) ? std::isnan(got) : got == rounded;
    return same ? 0 : std::numeric_limits<double>::infinity();
  }
  if (std::isnan(got)) return std::numeric_limits<double>::infinity();
  const int least = std::numeric_limits<T>::min_exponent - std::numeric_limits<T>::digits;
  const int exponent = want == 0 ? least : std::ilogb(want) - std::numeric_limits<T>::digits + 1;
  const long double unit = std::ldexp(1.0L, std::max(exponent, least));
  return static_cast<double>(std::abs(static_cast<long double>(got) - want) / unit);
}

template <class T>
std::vector<T> arguments();
/// Every 997th float, of both signs and all magnitudes.
template <>
std::vector<float> arguments<float>() {
  std::vector<float> all;
  for (uint64_t bits = 0; bits < (uint64_t{1} << 32); bits += 997) {
    all.push_back(bits_as<float>(static_cast<uint32_t>(bits)));
  }
  return all;
}
/// Random ones: any bits, and dense where the functions are not constant.
template <>
std::vector<double> arguments<double>() {
  Rng rng(stream(1, Purpose::user));
  std::vector<double> all;
  for (int i = 0; i < 300'000; ++i) {
    all.push_back(bits_as<double>(uint64_t{rng.bits()} << 32 | rng.bits()));
    for (const double bound : {1.0, 6.0, 30.0, 750.0}) all.push_back(rng.uniform(-bound, bound));
    all.push_back(std::exp(rng.uniform(-40, 3)));
  }
  return all;
}
template <class T>
std::vector<T> edges() {
  using Limits = std::numeric_limits<T>;
  std::vector<T> all{T{0},          Limits::denorm_min(), Limits::min(),      Limits::epsilon(),
                     Limits::max(), Limits::infinity(),   Limits::quiet_NaN()};
  for (const double near :
       {0.5, 1.0, 9.0, 20.0, 87.3365, 88.7229, 103.98, 708.3965, 709.7828, 744.45, 745.2}) {
    T x = static_cast<T>(near);
    for (int i = 0; i < 2000; ++i) all.push_back(x = std::nextafter(x, Limits::infinity()));
  }
  const size_t count = all.size();
  for (size_t i = 0; i < count; ++i) all.push_back(-all[i]);
  return all;
}

/// Checks a kernel against a function in double (for f32) or long double (for f64).
template <class T, class Function>
void check(kernels::Unary kernel, const Function& reference, double allowed) {
  using Wide = std::conditional_t<std::is_same_v<T, float>, double, long double>;
  std::vector<T> x = arguments<T>();
  for (const T edge : edges<T>()) x.push_back(edge);
  std::vector<Wide> want(x.size());
  for (size_t i = 0; i < x.size(); ++i) want[i] = reference(static_cast<Wide>(x[i]));
  const Tensor in = from_values(x, {static_cast<int64_t>(x.size())});
  on_every_target([&] {
    const std::vector<T> y = kernels::unary(kernel, in).template to_vector<T>();
    double worst = 0;
    T at = 0, wrong_sign = 0;
    for (size_t i = 0; i < x.size(); ++i) {
      const double error = ulps<T>(y[i], want[i]);
      if (error > worst) worst = error, at = x[i];
      if (want[i] == want[i] && std::signbit(y[i]) != std::signbit(want[i])) wrong_sign = x[i];
    }
    CAPTURE(at, worst);
    CHECK(worst <= allowed);
    CHECK(wrong_sign == 0);
  });
}

}  // namespace

TEST_CASE("exp is right to 2 ulp on every target") {
  const auto exact = [](auto x) { return std::exp(x); };
  check<float>(kernels::Unary::exp, exact, 2);
  check<double>(kernels::Unary::exp, exact, 2);
}

TEST_CASE("tanh is right to 4 ulp on every target") {
  const auto exact = [](auto x) { return std::tanh(x); };
  check<float>(kernels::Unary::tanh, exact, 4);
  check<double>(kernels::Unary::tanh, exact, 4);
}

TEST_CASE("erf is right to 4 ulp on every target") {
  const auto exact = [](auto x) { return std::erf(x); };
  check<float>(kernels::Unary::erf, exact, 4);
  check<double>(kernels::Unary::erf, exact, 4);
}

}  // namespace heed::testing::vector_math_test
