#include "heed/examples/cli/statistics/statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace heed {
namespace {

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();
constexpr double outside = 0.025;             // of a 95 % interval, at each end
constexpr double normal = 1.959963984540054;  // what a standard normal variable exceeds with it

/// The continued fraction of the incomplete beta function (DLMF 8.17.22), by Lentz's method.
double beta_fraction(double a, double b, double x) {
  constexpr double smallest = 1e-300, precision = 1e-16;
  constexpr int most_terms = 100000;
  const auto not_zero = [](double value) { return std::abs(value) < smallest ? smallest : value; };
  double c = 1, d = 1 / not_zero(1 - (a + b) * x / (a + 1));
  double fraction = d;
  for (int m = 1; m < most_terms; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / not_zero(1 + even * d);
    c = not_zero(1 + even / c);
    fraction *= d * c;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / not_zero(1 + odd * d);
    c = not_zero(1 + odd / c);
    fraction *= d * c;
    if (std::abs(d * c - 1) < precision) break;
  }
  return fraction;
}

/// The regularised incomplete beta function I_x(a, b), y being 1 - x.
double incomplete_beta(double a, double b, double x, double y) {
  if (x <= 0) return 0;
  if (y <= 0) return 1;
  const double scale = std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) +
                                a * std::log(x) + b * std::log(y));
  const bool converges_fast = x < (a + 1) / (a + b + 2);
  return converges_fast ? scale * beta_fraction(a, b, x) / a
                        : 1 - scale * beta_fraction(b, a, y) / b;
}

/// The probability that a variable of Student's distribution exceeds t ≥ 0.
double student_tail(double t, double degrees) {
  const double sum = degrees + t * t;
  return incomplete_beta(degrees / 2, 0.5, degrees / sum, t * t / sum) / 2;
}

double mean_of(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double sd_of(std::span<const double> values, double mean) {
  double sum = 0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return std::sqrt(sum / static_cast<double>(values.size() - 1));
}

}  // namespace

double student_t(double tail, double degrees) {
  double low = 0, high = 1;
  while (student_tail(high, degrees) > tail) high *= 2;
  for (;;) {
    const double middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return middle;
    (student_tail(middle, degrees) > tail ? low : high) = middle;
  }
}

Summary summary_of(std::span<const double> values) {
  Summary summary{values.size(), undefined, undefined, undefined, undefined, undefined, {}};
  if (values.empty()) return summary;
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const size_t half = sorted.size() / 2;
  summary.median =
      sorted.size() % 2 == 1 ? sorted[half] : std::midpoint(sorted[half - 1], sorted[half]);
  summary.least = sorted.front();
  summary.most = sorted.back();
  summary.mean = mean_of(values);
  if (values.size() < 2) return summary;
  summary.sd = sd_of(values, summary.mean);
  const auto n = static_cast<double>(values.size());
  const double reach = student_t(outside, n - 1) * summary.sd / std::sqrt(n);
  summary.interval = {summary.mean - reach, summary.mean + reach};
  return summary;
}

Interval wilson_interval(int64_t k, int64_t n) {
  if (n == 0) return {0, 1};
  const auto count = static_cast<double>(n);
  const double share = static_cast<double>(k) / count, z = normal * normal;
  const double centre = share + z / (2 * count);
  const double reach = normal * std::sqrt(share * (1 - share) / count + z / (4 * count * count));
  // At the ends rounding must not leave out what cannot be excluded.
  return {k == 0 ? 0 : (centre - reach) / (1 + z / count),
          k == n ? 1 : (centre + reach) / (1 + z / count)};
}

Summary paired_difference(const std::map<int64_t, double>& before,
                          const std::map<int64_t, double>& after) {
  std::vector<double> differences;
  for (const auto& [seed, value] : before) {
    const auto found = after.find(seed);
    if (found != after.end()) differences.push_back(found->second - value);
  }
  return summary_of(differences);
}

bool shows_difference(const Summary& difference) {
  return difference.interval && (difference.interval->low > 0 || difference.interval->high < 0);
}

}  // namespace heed
