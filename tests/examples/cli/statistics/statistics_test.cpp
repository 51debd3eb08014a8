// Means and intervals against printed tables and closed forms.
#include "heed/examples/cli/statistics/statistics.h"

#include <cmath>
#include <numbers>
#include <vector>

#include "heed/tests/support/catch.h"

namespace heed::testing::statistics_test {
namespace {

using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

TEST_CASE("student_t is that of the tables", "[statistics]") {
  struct Row {
    double degrees, t;
  };
  // t of 95 % on both sides, as every textbook prints it.
  for (const auto& [degrees, t] : std::vector<Row>{{1, 12.706},
                                                   {2, 4.303},
                                                   {3, 3.182},
                                                   {4, 2.776},
                                                   {5, 2.571},
                                                   {9, 2.262},
                                                   {10, 2.228},
                                                   {29, 2.045},
                                                   {30, 2.042},
                                                   {120, 1.980}}) {
    CAPTURE(degrees);
    CHECK_THAT(student_t(0.025, degrees), WithinAbs(t, 0.0005));
  }
  CHECK_THAT(student_t(0.005, 4), WithinAbs(4.604, 0.0005));
  CHECK_THAT(student_t(0.05, 7), WithinAbs(1.895, 0.0005));
  CHECK_THAT(student_t(0.025, 1e7), WithinAbs(1.959964, 1e-6));
}

TEST_CASE("student_t has the closed forms of 1, 2 and 4 degrees", "[statistics]") {
  for (const double tail : {0.4, 0.1, 0.025, 0.005, 1e-6}) {
    CAPTURE(tail);
    CHECK_THAT(student_t(tail, 1), WithinRel(1 / std::tan(std::numbers::pi * tail), 1e-12));
    const double a = 4 * tail * (1 - tail);
    CHECK_THAT(student_t(tail, 2), WithinRel((1 - 2 * tail) * std::sqrt(2 / a), 1e-12));
    const double q = std::cos(std::acos(std::sqrt(a)) / 3) / std::sqrt(a);
    CHECK_THAT(student_t(tail, 4), WithinRel(2 * std::sqrt(q - 1), 1e-10));
  }
}

TEST_CASE("summary_of few values", "[statistics]") {
  const Summary none = summary_of({});
  CHECK(none.n == 0);
  CHECK((std::isnan(none.mean) && std::isnan(none.median) && std::isnan(none.sd)));
  CHECK(!none.interval);

  const Summary one = summary_of(std::vector{3.0});
  CHECK(one.n == 1);
  CHECK((one.mean == 3 && one.median == 3 && one.least == 3 && one.most == 3));
  CHECK(std::isnan(one.sd));
  CHECK(!one.interval);

  const Summary two = summary_of(std::vector{3.0, 1.0});
  CHECK((two.mean == 2 && two.median == 2 && two.least == 1 && two.most == 3));
  CHECK_THAT(two.sd, WithinRel(std::sqrt(2.0), 1e-15));
  REQUIRE(two.interval);  // 2 ± 12.7062 · √2 / √2
  CHECK_THAT(two.interval->low, WithinAbs(2 - 12.7062, 1e-4));
  CHECK_THAT(two.interval->high, WithinAbs(2 + 12.7062, 1e-4));
}

TEST_CASE("summary_of five values", "[statistics]") {
  const Summary five = summary_of(std::vector{2.0, 4.0, 4.0, 5.0, 10.0});
  CHECK(five.n == 5);
  CHECK(five.mean == 5);
  CHECK(five.median == 4);
  CHECK_THAT(five.sd, WithinRel(3.0, 1e-15));  // √((9 + 1 + 1 + 0 + 25) / 4)
  REQUIRE(five.interval);
  CHECK_THAT(five.interval->high - 5, WithinAbs(2.776445 * 3 / std::sqrt(5.0), 1e-6));
  CHECK_THAT(5 - five.interval->low, WithinAbs(2.776445 * 3 / std::sqrt(5.0), 1e-6));
}

TEST_CASE("wilson_interval of published examples", "[statistics]") {
  // Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
  struct Row {
    int64_t k, n;
    double low, high;
  };
  for (const auto& [k, n, low, high] : std::vector<Row>{{81, 263, 0.2553, 0.3662},
                                                        {15, 148, 0.0624, 0.1605},
                                                        {0, 20, 0.0000, 0.1611},
                                                        {1, 29, 0.0061, 0.1718}}) {
    CAPTURE(k, n);
    CHECK_THAT(wilson_interval(k, n).low, WithinAbs(low, 0.00005));
    CHECK_THAT(wilson_interval(k, n).high, WithinAbs(high, 0.00005));
    CHECK_THAT(wilson_interval(n - k, n).low, WithinAbs(1 - high, 0.00005));
    CHECK_THAT(wilson_interval(n - k, n).high, WithinAbs(1 - low, 0.00005));
  }
}

TEST_CASE("wilson_interval at its ends", "[statistics]") {
  const double z = 1.959963984540054 * 1.959963984540054;
  CHECK((wilson_interval(0, 0).low == 0 && wilson_interval(0, 0).high == 1));
  CHECK(wilson_interval(0, 1).low == 0);
  CHECK_THAT(wilson_interval(0, 1).high, WithinRel(z / (1 + z), 1e-12));
  CHECK_THAT(wilson_interval(5, 5).low, WithinRel(5 / (5 + z), 1e-12));
  CHECK(wilson_interval(5, 5).high == 1);
}

TEST_CASE("paired_difference takes the seeds that both have", "[statistics]") {
  const Summary difference =
      paired_difference({{1, 1.0}, {2, 2.0}, {3, 3.0}, {9, 0.0}}, {{3, 3.4}, {2, 2.5}, {1, 1.6}});
  CHECK(difference.n == 3);
  CHECK_THAT(difference.mean, WithinRel(0.5, 1e-12));
  CHECK_THAT(difference.sd, WithinRel(0.1, 1e-12));
  CHECK(shows_difference(difference));  // 0.5 ± 4.303 · 0.1 / √3
  CHECK(paired_difference({{1, 1.0}}, {{2, 1.0}}).n == 0);
}

TEST_CASE("shows_difference only if 0 is outside of the interval", "[statistics]") {
  CHECK(!shows_difference(summary_of({})));
  CHECK(!shows_difference(summary_of(std::vector{5.0})));
  CHECK(!shows_difference(summary_of(std::vector{0.0, 0.0, 0.0})));
  CHECK(!shows_difference(summary_of(std::vector{0.1, 0.9})));
  CHECK(shows_difference(summary_of(std::vector{-1.0, -1.1, -0.9})));
  CHECK(shows_difference(summary_of(std::vector{1.0, 1.1, 0.9})));
}

}  // namespace
}  // namespace heed::testing::statistics_test
