// Snapshots of a run that took none, from its checkpoints.
#include "heed/examples/cli/snapshots/checkpoint_snapshots.h"

#include <cmath>
#include <filesystem>

#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/reduce.h"
#include "heed/tests/examples/cli/runs/resume_support.h"
#include "heed/tests/examples/cli/runs/small_run.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::checkpoint_snapshots_test {
namespace {

using Steps = std::vector<int64_t>;

std::vector<Snapshot> of_checkpoints(const Folder& folder, const std::string& run,
                                     std::vector<std::string>& warnings) {
  return checkpoint_snapshots(builtin_registry(), folder / run, warnings);
}

Steps steps_of(const std::vector<Snapshot>& snapshots) {
  Steps steps;
  for (const Snapshot& one : snapshots) steps.push_back(one.step);
  return steps;
}

TEST_CASE("checkpoints show what the run would have shown", "[program][snapshots]") {
  const Folder folder;
  train_run(folder, "run", small_config(R"({"type": "reverse", "symbols": 4, "length": 5})"),
            {"--set", "train.checkpoint_at_start=true", "--set", "train.snapshots=7"});
  std::vector<std::string> warnings;
  const std::vector<Snapshot> own = read_snapshots(folder / "run", warnings);
  const std::vector<Snapshot> late = of_checkpoints(folder, "run", warnings);
  CHECK(warnings.empty());
  CHECK(steps_of(own) == Steps{0, 1, 2, 3, 4, 5, 6});
  REQUIRE(steps_of(late) == Steps{0, 3, 6});
  for (const Snapshot& one : late) {
    const Snapshot& other = own[static_cast<size_t>(one.step)];
    CHECK(one.sequences == 20);
    CHECK(one.probe_texts == other.probe_texts);
    REQUIRE(one.attentions.size() == other.attentions.size());
    for (size_t p = 0; p < one.probe_texts.size(); ++p) {
      CHECK(max(abs(one.attentions[0].probes[p].weights - other.attentions[0].probes[p].weights))
                .item() < 1e-6);
    }
  }
  CHECK(late[0].loss > late[2].loss);
}

TEST_CASE("checkpoints without heads show nothing", "[program][snapshots]") {
  const Folder folder;
  folder.write("config.json", resumable_config());
  train_well(folder, {"config.json", "--out", "run"});
  std::vector<std::string> warnings;
  CHECK(of_checkpoints(folder, "run", warnings).empty());
  CHECK(warnings.empty());
}

TEST_CASE("checkpoints that cannot be read are named", "[program][snapshots]") {
  const Folder folder;
  folder.write("numbers.tsv", "1\tone\n2\ttwo\n3\tthree\n4\tfour\n1 2\tone two\n2 3\ttwo three\n");
  train_run(folder, "run",
            small_config(R"({"type": "pairs", "path": "numbers.tsv", "held_out": 0.5})"));
  std::vector<std::string> warnings;
  CHECK(steps_of(of_checkpoints(folder, "run", warnings)) == Steps{3, 6});
  CHECK(warnings.empty());
  folder.write("run/checkpoints/step-000003/model.safetensors", "damaged");
  CHECK(steps_of(of_checkpoints(folder, "run", warnings)) == Steps{6});
  REQUIRE(warnings.size() == 1);
  CHECK(contains(warnings[0], "step-000003/model.safetensors: "));
  std::filesystem::remove(folder / "numbers.tsv");
  warnings.clear();
  CHECK(of_checkpoints(folder, "run", warnings).empty());
  REQUIRE(warnings.size() == 2);
  CHECK(contains(warnings[1], "numbers.tsv"));
}

}  // namespace
}  // namespace heed::testing::checkpoint_snapshots_test
