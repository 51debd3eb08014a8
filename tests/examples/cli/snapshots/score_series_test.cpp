#include "heed/examples/cli/snapshots/score_series.h"

#include <limits>

#include "heed/tests/support/catch.h"

namespace heed::testing::score_series_test {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

TEST_CASE("snapshots: scores of heads over steps") {
  std::vector<Snapshot> snapshots(2);
  snapshots[0].step = 0;
  snapshots[0].attentions = {{"a", {}, {{"entropy", {1, 0.9}}, {"mirror", {0, nan}}}},
                             {"b", {}, {{"entropy", {0.8}}}}};
  snapshots[1].step = 10;
  snapshots[1].attentions = {{"a", {}, {{"entropy", {0.5, 0.4}}, {"late", {1, 2}}}}};
  CHECK(score_names(snapshots) == std::vector<std::string>{"entropy", "mirror", "late"});
  const std::vector<HeadScore> entropy = score_series(snapshots, "entropy");
  REQUIRE(entropy.size() == 3);
  CHECK(entropy[1].attention == "a");
  CHECK(entropy[1].head == 1);
  CHECK(entropy[1].series.x == std::vector<double>{0, 10});
  CHECK(entropy[1].series.y == std::vector<double>{0.9, 0.4});
  CHECK(entropy[2].attention == "b");
  CHECK(entropy[2].series.x == std::vector<double>{0});
  CHECK(score_series(snapshots, "nothing").empty());
}

std::optional<double> appearance(std::vector<double> y) {
  std::vector<double> x;
  for (size_t i = 0; i < y.size(); ++i) x.push_back(static_cast<double>(10 * i));
  return step_of_appearance({"", x, std::move(y)});
}

TEST_CASE("snapshots: a head appears where it has half of its last score for good") {
  CHECK(appearance({0, 0.1, 0.3, 0.6, 0.8, 0.8}) == 30);
  CHECK(appearance({0, 0.5, 0.1, 0.6, 0.8}) == 30);     // not while it comes and goes
  CHECK(appearance({0.5, 0.6, 0.8}) == 0);              // it rises, but was there all the time
  CHECK(appearance({0.7, 0.75, 0.8}) == std::nullopt);  // does not rise
  CHECK(appearance({0, 0.1, 0.29}) == std::nullopt);    // stays weak
  CHECK(appearance({0, 0.9, 0.1}) == std::nullopt);     // gone at the end
  CHECK(appearance({}) == std::nullopt);
  CHECK(appearance({nan, nan}) == std::nullopt);
  CHECK(appearance({0, nan, 0.8}) == 20);
  CHECK(appearance({nan, 0.1, 0.8}) == std::nullopt);  // where it began is not known
}

}  // namespace
}  // namespace heed::testing::score_series_test
