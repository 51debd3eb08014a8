#include "heed/examples/cli/figures/smooth.h"

#include <cmath>
#include <limits>

#include "heed/tests/support/catch.h"

namespace heed::testing::smooth_test {
namespace {

TEST_CASE("figures: smoothing is an average of what came before") {
  const Series line{"a", {0, 1, 2}, {4, 0, 1}};
  CHECK(smoothed(line, 0).y == line.y);
  const Series half = smoothed(line, 0.5);
  CHECK(half.x == line.x);
  CHECK(half.name == "a");
  CHECK(half.y[0] == 4);  // not drawn towards 0
  CHECK(half.y[1] == Approx(4 / 3.0));
  CHECK(half.y[2] == Approx((4 + 2 * 0 + 4 * 1) / 7.0));
  for (const double y : smoothed({"", {0, 1, 2, 3}, {3, 3, 3, 3}}, 0.97).y) CHECK(y == Approx(3));
}

TEST_CASE("figures: smoothing keeps gaps, which count nothing") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Series line = smoothed({"", {0, 1, 2}, {4, nan, 1}}, 0.5);
  CHECK(std::isnan(line.y[1]));
  CHECK(line.y[2] == Approx((4 + 2 * 1) / 3.0));
}

}  // namespace
}  // namespace heed::testing::smooth_test
