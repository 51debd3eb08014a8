#include "heed/examples/cli/figures/thin.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "heed/tests/support/catch.h"

namespace heed::testing::thin_test {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::vector<double> waves(size_t count) {
  std::vector<double> values(count);
  for (size_t i = 0; i < count; ++i) values[i] = std::sin(static_cast<double>(i) * 0.37);
  return values;
}

TEST_CASE("figures: few points stay as they are") {
  CHECK(thinned({3, 1, 2}) == std::vector<size_t>{0, 1, 2});
  CHECK(thinned(std::vector<double>{}).empty());
  CHECK(thinned(waves(most_points)).size() == most_points);
}

TEST_CASE("figures: thinning loses no spike, no gap and no end") {
  for (const size_t count : {2001u, 5000u, 100000u}) {
    std::vector<double> values = waves(count);
    values[count / 3] = 100;
    values[count / 2] = -100;
    values[count / 5] = nan;
    const std::vector<size_t> kept = thinned(values);
    const std::set<size_t> all(kept.begin(), kept.end());
    CHECK(kept.size() <= most_points);
    CHECK(kept.size() > most_points / 4);
    CHECK(all.size() == kept.size());
    CHECK(std::is_sorted(kept.begin(), kept.end()));
    for (const size_t index : {size_t{0}, count - 1, count / 3, count / 2, count / 5}) {
      CHECK(all.count(index) == 1);
    }
  }
}

TEST_CASE("figures: a series of gaps is thinned too") {
  std::vector<double> values(100000, nan);
  for (size_t i = 0; i < values.size(); i += 2) values[i] = 1;
  CHECK(thinned(values).size() <= most_points);
}

TEST_CASE("figures: a thinned band holds the whole band") {
  Band band;
  for (size_t i = 0; i < 10000; ++i) {
    band.x.push_back(static_cast<double>(i));
    band.low.push_back(i == 7777 ? -50 : i < 3000 ? nan : -1);
    band.high.push_back(i == 8888 ? 50 : i < 3000 ? nan : 1);
  }
  const Band thin = thinned(band);
  CHECK(thin.x.size() == most_points);
  CHECK(std::isnan(thin.low[0]));
  CHECK(std::count(thin.low.begin(), thin.low.end(), -50) == 1);
  CHECK(std::count(thin.high.begin(), thin.high.end(), 50) == 1);
  CHECK(thinned(Band{{1, 2}, {0, 0}, {1, 1}}).x == std::vector<double>{1, 2});
}

}  // namespace
}  // namespace heed::testing::thin_test
