#include "heed/examples/cli/figures/scale.h"

#include <cmath>
#include <limits>

#include "heed/tests/support/catch.h"

namespace heed::testing::scale_test {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double inf = std::numeric_limits<double>::infinity();

std::string labels(ValueRange range, bool is_log, int count = 5) {
  std::string all;
  for (const Tick& tick : Scale(range, is_log, 0, 1).ticks(count)) {
    if (!tick.label.empty()) all += (all.empty() ? "" : " ") + tick.label;
  }
  return all;
}

TEST_CASE("figures: positions on an axis") {
  const Scale linear({0, 10}, false, 100, 200), log({1, 1000}, true, 300, 0);
  CHECK(linear.position(0) == 100);
  CHECK(linear.position(2.5) == 125);
  CHECK(linear.position(10) == 200);
  CHECK(linear.position(-5) == 100);  // clamped
  CHECK(linear.position(50) == 200);
  CHECK(log.position(1) == 300);
  CHECK(log.position(10) == Approx(200));
  CHECK(log.position(1000) == Approx(0).margin(1e-9));
  CHECK(log.position(1e-3) == 300);
  CHECK_FALSE(linear.shows(nan));
  CHECK_FALSE(linear.shows(inf));
  CHECK(linear.shows(-1));
  CHECK_FALSE(log.shows(0));
  CHECK_FALSE(log.shows(-1));
}

TEST_CASE("figures: a range takes numbers only, and on a logarithmic axis positive ones") {
  ValueRange range;
  CHECK(range.is_empty());
  for (const double value : {nan, inf, -inf}) range.include(value, false);
  CHECK(range.is_empty());
  range.include(0, true);
  range.include(-1, true);
  CHECK(range.is_empty());
  range.include(3, true);
  CHECK(range.low == 3);
  CHECK(range.high == 3);
  range.include(-2, false);
  CHECK(range.low == -2);
  CHECK(range.high == 3);
}

TEST_CASE("figures: an axis has a length, whatever the numbers are") {
  const double max = std::numeric_limits<double>::max(), tiny = 5e-324;
  for (const ValueRange range :
       {ValueRange{}, ValueRange{3, 3}, ValueRange{0, 0}, ValueRange{-2, -2}, ValueRange{max, max},
        ValueRange{-max, max}, ValueRange{tiny, tiny}, ValueRange{0, tiny},
        ValueRange{1, 1 + 1e-15}, ValueRange{1e-300, 1e300}, ValueRange{tiny, max}}) {
    for (const bool is_log : {false, true}) {
      if (is_log && !(range.low > 0) && !range.is_empty()) continue;
      CAPTURE(range.low, range.high, is_log);
      const ValueRange wide = range.widened(0.03, is_log);
      CHECK(wide.low < wide.high);
      CHECK(std::isfinite(wide.low));
      CHECK(std::isfinite(wide.high));
      if (is_log) CHECK(wide.low > 0);
      const Scale scale(wide, is_log, 0, 100);
      const std::vector<Tick> ticks = scale.ticks(5);
      CHECK(ticks.size() >= 2);
      CHECK(ticks.size() <= 60);
      for (const Tick& tick : ticks) {
        const double position = scale.position(tick.value);
        CHECK(position >= 0);
        CHECK(position <= 100);
      }
    }
  }
  CHECK(ValueRange{3, 3}.widened(0, false).low < 3);
  CHECK(ValueRange{3, 3}.widened(0, false).high > 3);
}

TEST_CASE("figures: ticks stand at 1, 2 and 5 times a power of ten") {
  CHECK(labels({0, 1}, false) == "0 0.2 0.4 0.6 0.8 1.0");
  CHECK(labels({0, 3000}, false, 7) == "0 500 1000 1500 2000 2500 3000");
  CHECK(labels({-0.3, 0.3}, false, 4) == "-0.2 0 0.2");
  CHECK(labels({0, 1e-7}, false) == "0 2e-8 4e-8 6e-8 8e-8 1e-7");
  CHECK(labels({0, 5e7}, false) == "0 1e7 2e7 3e7 4e7 5e7");
  CHECK(labels({1, 1.0000001}, false) ==
        "1.00000000 1.00000002 1.00000004 1.00000006 1.00000008 1.00000010");
  CHECK(labels({0.001, 0.0035}, false) == "0.0010 0.0015 0.0020 0.0025 0.0030 0.0035");
}

TEST_CASE("figures: ticks of logarithmic axes") {
  CHECK(labels({1e-3, 1e2}, true, 8) == "0.001 0.01 0.1 1 10 100");
  CHECK(labels({1e-12, 1e6}, true, 4) == "1e-10 1e-5 1 100000");
  CHECK(labels({1, 10}, true) == "1 2 5 10");
  CHECK(labels({0.03, 3}, true) == "0.05 0.1 0.2 0.5 1 2");
  CHECK(labels({2, 4}, true) == "2 3 4");
  CHECK(labels({2.1, 2.4}, true) == "2.1 2.2 2.3 2.4");  // too short for powers: as on others
}

}  // namespace
}  // namespace heed::testing::scale_test
