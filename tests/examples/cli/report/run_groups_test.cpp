// Runs that differ only in their seed become a mean with a band.
#include "heed/examples/cli/report/run_groups.h"

#include <cmath>
#include <limits>
#include <vector>

#include "heed/tests/support/catch.h"

namespace heed::testing::run_groups_test {
namespace {

TEST_CASE("a mean over seeds ends where the first run ends", "[report]") {
  const Series mean = mean_of("m", {{"a", {1, 2, 3}, {1, 5, 7}}, {"b", {1, 2}, {3, 1}}});
  CHECK(mean.x == std::vector<double>{1, 2});
  CHECK(mean.y == std::vector<double>{2, 3});
  CHECK(mean.low == std::vector<double>{1, 1});
  CHECK(mean.high == std::vector<double>{3, 5});
  const Series gap =
      mean_of("m", {{"a", {1}, {std::numeric_limits<double>::quiet_NaN()}}, {"b", {1}, {3}}});
  CHECK(std::isnan(gap.y[0]));
}

}  // namespace
}  // namespace heed::testing::run_groups_test
