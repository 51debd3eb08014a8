// `heed train` takes snapshots: they change no bit of a run, and are resumed exactly.
#include <csignal>
#include <filesystem>

#include "heed/examples/cli/snapshots/snapshot.h"
#include "heed/framework/io/safetensors.h"
#include "heed/tests/examples/cli/runs/resume_support.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::program_snapshots_test {
namespace {

namespace fs = std::filesystem;

/// A run of milliseconds with dropout, whose learning rate does not depend on how many steps there
/// are.
constexpr const char* config = R"({
  "task": {"type": "reverse", "symbols": 4, "length": 4},
  "model": {"d_model": 8, "d_ff": 8, "dropout": 0.2,
            "attention": {"type": "multi_head_attention", "heads": 2, "dropout": 0.2}},
  "train": {"steps": 12, "batch_size": 4, "eval_every": 3, "eval_sequences": 20, "snapshots": 5,
            "checkpoint_every": 1, "checkpoints_kept": 20}})";

std::vector<int64_t> steps_of(const Folder& folder, const std::string& run) {
  std::vector<std::string> warnings;
  std::vector<int64_t> steps;
  for (const Snapshot& one : read_snapshots(folder / run, warnings)) steps.push_back(one.step);
  CHECK(warnings.empty());
  return steps;
}

using Steps = std::vector<int64_t>;

void train_into(const Folder& folder, const std::string& run,
                const std::vector<std::string>& sets = {}) {
  folder.write("config.json", config);
  std::vector<std::string> arguments{"config.json", "--out", run};
  for (const std::string& set : sets) arguments.insert(arguments.end(), {"--set", set});
  train_well(folder, arguments);
}

void copy_run(const Folder& folder, const std::string& from, const std::string& to) {
  fs::remove_all(folder / to);
  fs::copy(folder / from, folder / to, fs::copy_options::recursive);
}

TEST_CASE("snapshots change no bit of a run", "[resume][snapshots]") {
  const Folder folder;
  train_into(folder, "with");
  train_into(folder, "without", {"train.snapshots=0"});
  CHECK(steps_of(folder, "with") == Steps{0, 1, 2, 5, 12});
  CHECK_FALSE(folder.has("without/snapshots"));
  const RunBits bits = run_bits(folder, "with");
  CHECK(bits.metrics == run_bits(folder, "without").metrics);
  CHECK(bits.optimizer == run_bits(folder, "without").optimizer);
  const std::string last = "/checkpoints/step-000012/model.safetensors";
  const auto tensors = [&](const std::string& run) {
    return to_safetensors(load_safetensors(folder / (run + last)).tensors);
  };
  CHECK(tensors("with") == tensors("without"));
}

TEST_CASE("snapshots do not depend on the number of threads", "[resume][snapshots]") {
  const Folder folder;
  train_into(folder, "one");
  const Ended ended =
      run_heed(folder, {"train", "config.json", "--out", "three", "--threads", "3"});
  CHECK(ended.exit_code == 0);
  CHECK(snapshots_of(folder, "three") == snapshots_of(folder, "one"));
}

TEST_CASE("a run resumed from any checkpoint has the snapshots of an undisturbed one",
          "[resume][snapshots]") {
  const Folder folder;
  train_into(folder, "whole");
  const auto all = snapshots_of(folder, "whole");
  REQUIRE(all.size() == 5);
  for (const std::string& name : checkpoint_names(folder, "whole")) {
    CAPTURE(name);
    copy_run(folder, "whole", "again");
    train_well(folder, {"--resume", "again/checkpoints/" + name});
    CHECK(snapshots_of(folder, "again") == all);
  }
}

TEST_CASE("a run that was killed after any save has the snapshots of an undisturbed one",
          "[resume][snapshots]") {
  const Folder folder;
  train_into(folder, "whole");
  const auto all = snapshots_of(folder, "whole");
  const std::vector<std::string> names = checkpoint_names(folder, "whole");
  for (size_t kept = 0; kept < names.size(); ++kept) {
    CAPTURE(kept);
    copy_run(folder, "whole", "killed");
    // Later snapshots may be there or not, and one half written.
    for (size_t i = kept; i < names.size(); ++i) {
      fs::remove_all(folder / ("killed/checkpoints/" + names[i]));
    }
    folder.write("killed/snapshots/.step-000005.safetensors.partial", "half");
    if (kept < 5) folder.write("killed/snapshots/step-000005.safetensors", "of another run");
    if (kept < 12) fs::remove(folder / "killed/snapshots/step-000012.safetensors");
    train_well(folder, {"--resume", "killed"});
    CHECK(snapshots_of(folder, "killed") == all);
  }
}

TEST_CASE("a run that is interrupted has the snapshots of an undisturbed one",
          "[resume][snapshots]") {
  const Folder folder;
  const std::vector<std::string> long_run{"train.steps=4000", "train.checkpoint_every=4000",
                                          "train.eval_every=4000", "train.snapshots=200"};
  train_into(folder, "whole", long_run);
  std::vector<std::string> arguments{"train", "config.json", "--out", "stopped", "--threads", "1"};
  for (const std::string& set : long_run) arguments.insert(arguments.end(), {"--set", set});
  RunningProgram running(folder, arguments);
  while (!folder.has("stopped/snapshots/step-000040.safetensors")) usleep(1000);
  running.send(SIGTERM);
  CHECK(running.wait().signal == SIGTERM);
  const size_t there = snapshots_of(folder, "stopped").size();
  CHECK(there < 200);
  CHECK(there > 30);
  train_well(folder, {"--resume", "stopped"});
  CHECK(snapshots_of(folder, "stopped") == snapshots_of(folder, "whole"));
}

TEST_CASE("a run that a rule ends early has a snapshot of its end", "[resume][snapshots]") {
  const Folder folder;
  train_into(folder, "run", {"train.stop_at=0", "train.eval_every=4"});
  CHECK(steps_of(folder, "run") == Steps{0, 1, 2, 4});
}

TEST_CASE("with more steps, later snapshots are those of the longer run", "[resume][snapshots]") {
  const Folder folder;
  train_into(folder, "run");
  train_well(folder, {"--resume", "run", "--set", "train.steps=100"});
  train_into(folder, "longer", {"train.steps=100"});
  CHECK(steps_of(folder, "longer") == Steps{0, 1, 5, 22, 100});
  CHECK(steps_of(folder, "run") == Steps{0, 1, 2, 5, 12, 22, 100});
  const std::string last = "step-000100.safetensors";
  CHECK(snapshots_of(folder, "run").at(last) == snapshots_of(folder, "longer").at(last));
}

TEST_CASE("a model without heads has no snapshots", "[resume][snapshots]") {
  const Folder folder;
  folder.write("config.json", resumable_config());
  train_well(folder, {"config.json", "--out", "run"});
  CHECK_FALSE(folder.has("run/snapshots"));
}

TEST_CASE("a snapshot that cannot be written ends the run", "[resume][snapshots]") {
  const Folder folder;
  train_into(folder, "run", {"train.steps=3"});
  fs::remove_all(folder / "run/snapshots");
  for (const char* kind : {"file", "link"}) {
    if (std::string(kind) == "file") folder.write("run/snapshots", "");
    if (std::string(kind) == "link") {
      fs::remove(folder / "run/snapshots");
      fs::create_directory_symlink(folder / "run/checkpoints", folder / "run/snapshots");
    }
    const Ended ended = run_train(folder, {"--resume", "run", "--set", "train.steps=12"});
    CHECK(ended.exit_code == 1);
    CHECK(ended.err.starts_with("run/snapshots: cannot read: it is "));
    CHECK(checkpoint_names(folder, "run").back() == "step-000003");
  }
}

}  // namespace
}  // namespace heed::testing::program_snapshots_test
