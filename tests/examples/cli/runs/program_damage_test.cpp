// What happens to a run whose files are damaged, taken away or not allowed to grow.
#include <sys/resource.h>

#include <nlohmann/json.hpp>

#include "heed/examples/cli/runs/run_directory.h"
#include "heed/examples/cli/training/experiment.h"
#include "heed/framework/io/io_error.h"
#include "heed/framework/io/safetensors.h"
#include "heed/tests/examples/cli/runs/resume_support.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::program_damage_test {
namespace {

/// A finished run and, in "unbroken-6", what it must be again.
RunBits make_run(const Folder& folder) {
  RunBits whole = unbroken_bits(folder);
  std::filesystem::copy(folder / "unbroken-6", folder / "run",
                        std::filesystem::copy_options::recursive);
  return whole;
}

std::string flipped(std::string bytes, size_t bit) {
  bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
  return bytes;
}

TEST_CASE("a flipped bit of state.json is found or changes nothing", "[resume]") {
  const Folder folder;
  make_run(folder);
  const std::string text = folder.read("run/checkpoints/step-000006/state.json");
  const CheckpointState whole = read_checkpoint_state(text, "state.json");
  CHECK(to_json(whole) == text);
  int refused = 0;
  for (size_t bit = 0; bit < text.size() * 8; ++bit) {
    try {
      const std::string damaged = flipped(text, bit);
      if (to_json(read_checkpoint_state(damaged, "state.json")) != text) {
        FAIL_CHECK("bit " << bit << " is not noticed");
      }
    } catch (const IoError& error) {
      ++refused;
      if (!std::string(error.what()).starts_with("state.json")) FAIL_CHECK(error.what());
    }
  }
  CHECK(refused > static_cast<int>(text.size()) * 7);
  for (size_t size = 0; size + 1 < text.size(); ++size) {
    CHECK_THROWS_AS(read_checkpoint_state(text.substr(0, size), "state.json"), IoError);
  }
}

TEST_CASE("a state.json that is nested without end is refused", "[resume]") {
  CHECK_THROWS_WITH(
      read_checkpoint_state(std::string(1 << 20, '['), "state.json"),
      "state.json: damaged: not JSON at byte 32: nested too deep: more than 32 levels");
  CHECK_THROWS_WITH(
      read_checkpoint_state("{\"state\": 3,", "state.json"),
      "state.json: damaged: not JSON at byte 12: the text ends too early: the \"{\" of line 1 is "
      "not closed");
}

TEST_CASE("a flipped bit of the tensors is found or changes nothing", "[resume]") {
  const Folder folder;
  make_run(folder);
  for (const std::string name : {"model.safetensors", "optimizer.safetensors"}) {
    const std::string bytes = folder.read("run/checkpoints/step-000006/" + name);
    const TensorFile whole = read_safetensors(bytes, name);
    const std::string again = to_safetensors(whole.tensors, {});
    int refused = 0, tried = 0;
    for (size_t bit = 0; bit < bytes.size() * 8; bit += 5, ++tried) {
      try {
        const TensorFile file = read_safetensors(flipped(bytes, bit), name);
        if (to_safetensors(file.tensors, {}) != again) FAIL_CHECK("bit " << bit);
      } catch (const IoError& error) {
        ++refused;
        if (!std::string(error.what()).starts_with(name)) FAIL_CHECK(error.what());
      }
    }
    CHECK(refused > tried * 9 / 10);
  }
}

TEST_CASE("the error for a damaged checkpoint names the one to use instead", "[resume]") {
  const Folder folder;
  const RunBits whole = make_run(folder);
  const std::string last = "run/checkpoints/step-000006";
  const std::string hint = "; the checkpoint before it: --resume run/checkpoints/step-000005\n";
  const auto check = [&](const std::string& file, const std::string& content,
                         const std::string& start) {
    CAPTURE(file);
    const std::string before = folder.read(last + "/" + file);
    folder.write(last + "/" + file, content);
    const Ended ended = run_train(folder, {"--resume", "run"});
    CHECK(ended.exit_code == 1);
    CHECK(lines_of(ended.err).size() == 1);
    CHECK(ended.err.starts_with(last + "/" + file + ": " + start));
    CHECK(ended.err.ends_with(hint));
    CHECK(checkpoint_names(folder, "run").size() == 6);
    CHECK(folder.read("run/metrics.jsonl") == folder.read("unbroken-6/metrics.jsonl"));
    folder.write(last + "/" + file, before);
  };
  const auto content = [&](const std::string& file) { return folder.read(last + "/" + file); };
  for (const std::string file : {"model.safetensors", "optimizer.safetensors"}) {
    const std::string bytes = content(file);
    check(file, flipped(bytes, bytes.size() * 8 - 9), "tensor \"");
    check(file, bytes.substr(0, bytes.size() - 1), "");
    check(file, "", "");
  }
  const std::string state = content("state.json");
  check("state.json", state.substr(0, 100), "damaged: not JSON at byte ");
  const size_t digit = state.find("\"step\": 6") + 8;
  check("state.json", flipped(state, digit * 8), "damaged: its checksum is ");

  folder.write(last + "/state.json", "");
  CHECK(run_train(folder, {"--resume", "run/checkpoints/step-000005"}).exit_code == 0);
  CHECK(run_bits(folder, "run") == whole);

  for (const std::string& name : checkpoint_names(folder, "run")) {
    if (name != "step-000006") std::filesystem::remove_all(folder / ("run/checkpoints/" + name));
  }
  std::filesystem::remove(folder / (last + "/model.safetensors"));
  const Ended alone = run_train(folder, {"--resume", "run"});
  CHECK(alone.exit_code == 1);
  CHECK(alone.err == last +
                         "/model.safetensors: cannot read: No such file or directory; there is "
                         "no checkpoint before it\n");
}

/// Trains into a run directory that something happens to after the second step.
template <class Event>
void train_while(const Folder& folder, const Event& event) {
  folder.write("config.json", resumable_config());
  const Experiment experiment = prepare_experiment(builtin_registry(), folder / "config.json", {});
  RunDirectory directory = RunDirectory::create(folder / "run", experiment, {"heed"});
  struct Keeper : TrainingObserver {
    Keeper(RunDirectory& directory, const Event& event) : directory_(directory), event_(event) {}
    void on_step(const StepReport& report) override {
      directory_.on_step(report);
      if (report.step == 3) event_();
    }
    void on_evaluation(int64_t step, const Evaluation& evaluation) override {
      directory_.on_evaluation(step, evaluation);
    }
    void on_checkpoint(const Trainer& trainer) override { directory_.on_checkpoint(trainer); }
    RunDirectory& directory_;
    const Event& event_;
  } keeper(directory, event);
  experiment.trainer->run(keeper);
  directory.close();
}

TEST_CASE("checkpoints that are removed under a run are written again", "[resume]") {
  const Folder folder;
  train_while(folder, [&] { std::filesystem::remove_all(folder / "run/checkpoints"); });
  CHECK(checkpoint_names(folder, "run").front() == "step-000003");
  CHECK(run_bits(folder, "run") == unbroken_bits(folder));
}

TEST_CASE("a run whose directory goes away ends, and the moved directory resumes", "[resume]") {
  const Folder folder;
  CHECK_THROWS_WITH(
      train_while(folder, [&] { std::filesystem::rename(folder / "run", folder / "moved"); }),
      folder / "run: was moved or replaced since this run began");
  CHECK(!folder.has("run"));
  train_well(folder, {"--resume", "moved"});
  CHECK(run_bits(folder, "moved") == unbroken_bits(folder));
}

TEST_CASE("a run never writes into another run of the same name", "[resume]") {
  const Folder folder;
  CHECK_THROWS_WITH(train_while(folder,
                                [&] {
                                  std::filesystem::remove_all(folder / "run");
                                  train_well(folder, {"config.json", "--out", "run"});
                                }),
                    folder / "run: was moved or replaced since this run began");
  CHECK(run_bits(folder, "run") == unbroken_bits(folder));
}

TEST_CASE("a run never writes into a folder that took its name", "[resume]") {
  const Folder folder;
  CHECK_THROWS_WITH(train_while(folder,
                                [&] {
                                  std::filesystem::rename(folder / "run", folder / "moved");
                                  std::filesystem::create_directory(folder / "run");
                                }),
                    folder / "run: was moved or replaced since this run began");
  CHECK(std::filesystem::is_empty(folder / "run"));
  train_well(folder, {"--resume", "moved"});
  CHECK(run_bits(folder, "moved") == unbroken_bits(folder));
}

TEST_CASE("a file that may not grow is a failed write, not a silent end", "[resume]") {
  const Folder folder;
  const RunBits whole = unbroken_bits(folder, "120");
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
  const rlimit small{9000, before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
  const Ended ended =
      run_train(folder, {"config.json", "--out", "run", "--set", "train.steps=120"});
  REQUIRE(setrlimit(RLIMIT_FSIZE, &before) == 0);
  CHECK(ended.exit_code == 1);
  CHECK(ended.signal == 0);
  CHECK(lines_of(ended.err).back().ends_with(": cannot write: File too large"));
  train_well(folder, {"--resume", "run"});
  CHECK(run_bits(folder, "run") == whole);
}

}  // namespace
}  // namespace heed::testing::program_damage_test
