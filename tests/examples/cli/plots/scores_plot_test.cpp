#include "heed/examples/cli/plots/scores_plot.h"

#include <algorithm>

#include "heed/examples/cli/config/config_error.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::scores_plot_test {
namespace {

/// Three snapshots of `blocks` blocks with two heads; head 1 of the last block finds earlier
/// occurrences from step 10 on.
std::vector<Snapshot> snapshots_of(size_t blocks) {
  std::vector<Snapshot> snapshots(3);
  for (size_t s = 0; s < 3; ++s) {
    snapshots[s].step = static_cast<int64_t>(10 * s);
    for (size_t b = 0; b < blocks; ++b) {
      const double score = s == 0 ? 0.1 : 0.9;
      SnapshotAttention attention{"encoder.blocks." + std::to_string(b) + ".attention", {}, {}};
      attention.scores = {{"entropy", {1, 0.5}},
                          {"prefix_match", {0.1, b + 1 == blocks ? score : 0.1}},
                          {"loss_change", {2, 3}}};
      snapshots[s].attentions.push_back(attention);
    }
  }
  return snapshots;
}

std::vector<std::string> names_of(const LineFigure& figure) {
  std::vector<std::string> names;
  for (const Series& series : figure.series) {
    if (!series.name.empty()) names.push_back(series.name);
  }
  return names;
}

TEST_CASE("heed plot: scores of few heads are all named, and where one appears there is a mark") {
  const LineFigure figure = scores_plot("run-1", snapshots_of(2), {});
  CHECK(figure.y_name == "prefix_match");  // the strongest pattern
  CHECK(names_of(figure) == std::vector<std::string>{"blocks.0 head 0", "blocks.0 head 1",
                                                     "blocks.1 head 0", "blocks.1 head 1"});
  REQUIRE(figure.marks.size() == 1);
  CHECK(figure.marks[0].x == 10);
  CHECK(figure.marks[0].label == "step 10: blocks.1 head 1 appears");
  CHECK(
      figure.about ==
      "Scores of heads over steps: prefix_match; with half of the last score first, blocks.1 head "
      "1 at step 10.");
  CHECK(figure.y_holds == std::vector<double>{0, 1});
  CHECK(figure.series[3].y == std::vector<double>{0.1, 0.9, 0.9});
}

TEST_CASE("heed plot: of many heads those that appear stand out") {
  const LineFigure figure = scores_plot("run-1", snapshots_of(6), {"prefix_match"});
  CHECK(figure.series.size() == 12);
  CHECK(names_of(figure) == std::vector<std::string>{"blocks.5 head 1"});
  CHECK(std::count_if(figure.series.begin(), figure.series.end(),
                      [](const Series& each) { return each.is_grey; }) == 11);
  // Where none does, the highest.
  CHECK(names_of(scores_plot("run-1", snapshots_of(6), {"loss_change"})).size() == 8);
}

TEST_CASE("heed plot: several scores in one figure") {
  const LineFigure figure = scores_plot("run-1", snapshots_of(1), {"entropy", "prefix_match"});
  CHECK(names_of(figure) == std::vector<std::string>{"entropy head 0", "entropy head 1",
                                                     "prefix_match head 0", "prefix_match head 1"});
  CHECK(figure.y_holds == std::vector<double>{0, 1});
  CHECK(scores_plot("run-1", snapshots_of(1), {"loss_change"}).y_holds.empty());
}

TEST_CASE("heed plot: an unknown score is refused") {
  CHECK_THROWS_MATCHES(scores_plot("run-1", snapshots_of(1), {"prefix"}), ConfigError,
                       Catch::Matchers::Message(
                           "--scores prefix: error: the snapshots have no such score; they have "
                           "\"entropy\", \"prefix_match\", \"loss_change\""));
  CHECK_THROWS_MATCHES(
      scores_plot("run-1", std::vector<Snapshot>(1), {}), ConfigError,
      Catch::Matchers::Message("run-1: error: no head of its snapshots has a score"));
}

}  // namespace
}  // namespace heed::testing::scores_plot_test
