// Curves show what was measured: their points and their clock.
#include "heed/examples/cli/report/curves.h"

#include <cmath>
#include <limits>

#include "heed/tests/examples/cli/runs/small_run.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::curves_test {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

Metrics some_metrics() {
  Metrics metrics;
  for (int64_t step = 1; step <= 4; ++step) {
    metrics.steps.push_back({step, 4.0 / static_cast<double>(step), 0.1, nan, 100});
  }
  metrics.steps[2].loss = nan;
  metrics.steps[3].tokens_per_second = 50;  // half as fast
  metrics.evaluations = {{2, {3, 0.5, 0}, {}}, {4, {1, 0.75, 0.5}, MeasuredAccuracy{0.5, 1, 1}}};
  return metrics;
}

TEST_CASE("curves have the points that were measured", "[report]") {
  const std::vector<ReportFigure> figures = curves_of(some_metrics(), {{4, "best"}});
  REQUIRE(figures.size() == 3);  // there is no gradient norm
  const LineFigure& loss = figures[0].figure;
  REQUIRE(loss.series.size() == 3);
  CHECK(loss.series[0].x == std::vector<double>{1, 2, 3, 4});
  CHECK(std::isnan(loss.series[0].y[2]));
  CHECK(loss.series[1].y == std::vector<double>{3, 1});
  CHECK(loss.series[2].x == std::vector<double>{4});
  CHECK(loss.about == "Held-out loss goes from 3 to 1; the lowest is 1 at step 4.");
  CHECK(figures[0].noisy == std::vector<size_t>{0});
  CHECK(figures[2].id == "lr");
  CHECK(figures[2].noisy.empty());  // a learning rate is never smoothed
  CHECK(curves_of({}, {}).empty());
}

TEST_CASE("a run's clock spreads its seconds by the measured speed", "[report]") {
  const RunClock clock = clock_of(some_metrics(), 32, 10);
  CHECK(clock.batch_size == 32);
  CHECK(clock.steps == std::vector<double>{1, 2, 3, 4});
  REQUIRE(clock.seconds.size() == 4);
  const std::vector<double> expected{2, 4, 6, 10};
  for (size_t i = 0; i < 4; ++i) CHECK(std::abs(clock.seconds[i] - expected[i]) < 1e-12);
  CHECK(clock_of(some_metrics(), 32, nan).steps.empty());
  CHECK(clock_of({}, 32, 10).steps.empty());
}

TEST_CASE("figures as JSON keep shared axes once, and thin without losing a spike", "[report]") {
  ReportFigure figure{.id = "loss", .figure = {}};
  Series series{"training", {}, {}};
  for (int i = 0; i < 50000; ++i) {
    series.x.push_back(i);
    series.y.push_back(i == 31415 ? 9 : 1);
  }
  figure.figure.series = {series, series};
  const auto json = nlohmann::json::parse(json_text(figures_json({figure, figure}, {RunClock{}})));
  CHECK(json["axes"].size() == 1);
  const auto& thin = json["figures"][0]["series"][0];
  CHECK(thin["y"].size() <= 2000);
  CHECK(thin["y"].size() == json["axes"][0].size());
  bool has_spike = false;
  for (size_t i = 0; i < thin["y"].size(); ++i) {
    if (thin["y"][i] == 9.0) has_spike = json["axes"][0][i] == 31415.0;
  }
  CHECK(has_spike);
  figure.figure.series = {{"broken", {1, 2}, {nan, 1e-30}}};
  const auto broken = nlohmann::json::parse(json_text(figures_json({figure}, {})));
  CHECK(broken["figures"][0]["series"][0]["y"][0].is_null());
  CHECK(broken["figures"][0]["series"][0]["y"][1] == 1e-30);
}

}  // namespace
}  // namespace heed::testing::curves_test
