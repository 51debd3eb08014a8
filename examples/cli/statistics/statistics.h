// What a few runs with different seeds say: means, and intervals that hold what they might have
// said.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>

namespace heed {

struct Interval {
  double low, high;
};

/// The t that a variable of Student's distribution with this many degrees of freedom exceeds with
/// the probability `tail`, of 0 < tail < 1/2: 12.706 for 0.025 and 1 degree.
double student_t(double tail, double degrees);

/// Of the values of a group; NaN where there are too few of them.
struct Summary {
  size_t n = 0;
  double mean, median, least, most;
  double sd;                         ///< of a sample: divided by n - 1
  std::optional<Interval> interval;  ///< 95 %, of the mean, by Student's t; from 2 values on
};
/// Of finite values.
Summary summary_of(std::span<const double> values);

/// Wilson's 95 % interval for the probability of what came true `k` times of `n`; [0, 1] if n is 0.
Interval wilson_interval(int64_t k, int64_t n);

/// What `after` is more than `before` for the seeds that both have: seed → value.
Summary paired_difference(const std::map<int64_t, double>& before,
                          const std::map<int64_t, double>& after);
/// Whether a paired difference is one: false if its interval has 0 in it or there is none.
bool shows_difference(const Summary& difference);

}  // namespace heed
