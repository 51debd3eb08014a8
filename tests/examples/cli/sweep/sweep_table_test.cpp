// The table of a sweep: which setting is best, and what is said of it.
#include "heed/examples/cli/sweep/sweep_table.h"

#include "heed/examples/cli/config/config_error.h"
#include "heed/tests/examples/cli/program_run.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::sweep_table_test {
namespace {

RunSummary run_of(const std::string& lr, int64_t seed, double loss, double accuracy) {
  RunSummary run;
  run.path = "s/lr=" + lr + ",seed=" + std::to_string(seed);
  run.task = "reverse";
  run.state = RunState::done;
  run.values = {{"train.seed", std::to_string(seed)}, {"train.lr", lr}};
  run.step = 10;
  run.steps = 10;
  const MeasuredEvaluation evaluation{
      .step = 10,
      .held_out = {.loss = loss, .token_accuracy = accuracy, .sequence_accuracy = accuracy},
      .training = {}};
  run.best = run.most_accurate = run.last = evaluation;
  run.solved = accuracy >= usual_solved_accuracy;
  return run;
}

const std::vector<RunSummary> two_settings{run_of("0.1", 0, 3.0, 0.5), run_of("0.01", 0, 1.0, 1.0),
                                           run_of("0.1", 1, 3.2, 0.25),
                                           run_of("0.01", 1, 1.2, 0.75)};

TEST_CASE("a sweep's table has a line for each setting, the best one first", "[config]") {
  const std::vector<std::string> lines = lines_of(sweep_table(two_settings).text());
  REQUIRE(lines.size() == 4);
  // t of 1 degree of freedom is 12.706, and 12.706 · 0.1414 / √2 = 1.2706.
  CHECK(lines[0] ==
        "train.lr  n  loss      sd     95 % interval  accuracy      sd     95 % interval  solved");
  CHECK(lines[1] ==
        "    0.01  2   1.1  0.1414  -0.1706 to 2.371     0.875  0.1768  -0.7133 to 2.463  1 of 2");
  CHECK(lines[2].starts_with("     0.1  2   3.1  0.1414"));
  CHECK(lines[2].ends_with("0 of 2"));
  CHECK(lines[3] ==
        "best: train.lr=0.01: the lowest mean held-out loss; next: train.lr=0.1: 2 "
        "more, 95 % interval 2 to 2, paired by 2 seeds");
}

TEST_CASE("what seeds do not show is not said", "[config]") {
  std::vector<RunSummary> runs = two_settings;
  runs[2] = run_of("0.1", 1, 1.1, 0.25);  // 2 and -0.1 more
  CHECK(sweep_table(runs).best_text() ==
        "best: train.lr=0.01: the lowest mean held-out loss; next: train.lr=0.1: no difference "
        "shown\n");
  CHECK(sweep_table({runs[0], runs[1]}).best_text() ==
        "best: train.lr=0.01: the lowest mean held-out loss; next: train.lr=0.1: too few seeds to "
        "show a difference\n");
  CHECK(sweep_table({runs[0]}).best_text().empty());
}

TEST_CASE("a setting of which a run diverged is not the best, whatever the others did",
          "[config]") {
  std::vector<RunSummary> runs = two_settings;
  runs[3].state = RunState::diverged;
  runs[3].best.reset();
  runs[3].most_accurate.reset();
  runs[3].solved = false;
  const SweepTable table = sweep_table(runs);
  const std::vector<std::string> lines = lines_of(table.text());
  REQUIRE(lines.size() == 4);
  CHECK(lines[0].ends_with("solved  diverged"));
  CHECK(lines[1].starts_with("     0.1  2   3.1"));
  CHECK(lines[1].ends_with("0 of 2         0"));
  CHECK(lines[2].starts_with("    0.01  2     1"));
  CHECK(lines[2].ends_with("1 of 2         1"));
  CHECK(lines[3].starts_with("best: train.lr=0.1: "));
  runs[0].state = RunState::diverged;
  CHECK_FALSE(sweep_table(runs).has_best);
  CHECK(sweep_table(runs).json().find("best")->kind == JsonValue::Kind::null);
}

TEST_CASE("a sweep's table for programs has all digits and names the best", "[config]") {
  const SweepTable table = sweep_table(two_settings);
  CHECK(table.json().find("best")->text == "B");
  CHECK(table.json().find("settings")->children.size() == 2);
  CHECK(lines_of(table.csv()).size() == 3);
  CHECK(table.csv().find("B,0.01,2,1.1,0.14142135623730948,") != std::string::npos);
  CHECK(lines_of(table.markdown()).size() == 6);
  CHECK(table.markdown().starts_with("| train.lr | n |"));
}

}  // namespace
}  // namespace heed::testing::sweep_table_test
