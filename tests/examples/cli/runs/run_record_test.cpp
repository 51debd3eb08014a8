// run.json: what made a run, and how it ended.
#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>

#include "heed/examples/cli/runs/commit.h"
#include "heed/tests/examples/cli/runs/resume_support.h"
#include "heed/tests/examples/cli/runs/small_run.h"

namespace heed::testing::run_record_test {
namespace {

using Json = nlohmann::ordered_json;

std::vector<Json> sessions(const Folder& folder) {
  return Json::parse(folder.read("run/run.json"))["sessions"];
}

bool is_time(const Json& value) {
  return std::regex_match(value.get<std::string>(),
                          std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)"));
}

TEST_CASE("run.json says what made a run and how it ended", "[resume]") {
  const Folder folder;
  folder.write("config.json", resumable_config());
  train_well(folder, {"config.json", "--out", "run", "--set", "train.steps=4"});
  const Json first = sessions(folder).at(0);
  CHECK(first["command"] == Json{"heed", "train", "config.json", "--out", "run", "--set",
                                 "train.steps=4", "--threads", "1"});
  CHECK(std::filesystem::equivalent(first["directory"].get<std::string>(), folder.path()));
  CHECK(!first["host"].get<std::string>().empty());
  CHECK(is_time(first["started"]));
  CHECK(is_time(first["ended"]));
  CHECK(first["heed"] == this_origin().version);
  CHECK(first["commit"] == source_commit());
  CHECK(first["threads"] == 1);
  CHECK(first["seconds"] >= 0);
  CHECK(first["first_step"] == 0);
  CHECK(first["last_step"] == 4);
  CHECK(first["end"] == "finished");

  train_well(folder, {"--resume", "run", "--set", "train.steps=6"});
  const auto both = sessions(folder);
  REQUIRE(both.size() == 2);
  CHECK(both[0] == first);
  CHECK(both[1]["from"] == "run/checkpoints/step-000004");
  CHECK(both[1]["first_step"] == 4);
  CHECK(both[1]["last_step"] == 6);
}

/// Trains without end until there are metrics, then sends a signal.
void end_by(const Folder& folder, int signal) {
  folder.write("config.json", resumable_config());
  RunningProgram program(
      folder, {"train", "config.json", "--out", "run", "--set", "train.steps=1000000", "--set",
               "train.checkpoint_every=1000000", "--set", "train.eval_every=1000000"});
  while (!folder.has("run/metrics.jsonl") || folder.read("run/metrics.jsonl").empty()) usleep(1000);
  program.send(signal);
  program.wait();
}

TEST_CASE("run.json knows a run that was interrupted, killed or diverged", "[resume]") {
  {
    const Folder folder;
    end_by(folder, SIGTERM);
    CHECK(sessions(folder)[0]["end"] == "interrupted by SIGTERM");
  }
  {
    const Folder folder;
    end_by(folder, SIGKILL);
    CHECK(sessions(folder)[0]["end"] == "running");
    train_well(folder, {"--resume", "run", "--set", "train.steps=2"});
    CHECK(sessions(folder)[0]["end"] == "killed, or the machine went down");
    CHECK(sessions(folder)[1]["end"] == "finished");
  }
  const Folder folder;
  folder.write("config.json", resumable_config());
  CHECK(run_train(folder, {"config.json", "--out", "run", "--set", "train.lr=1e30"}).exit_code ==
        3);
  CHECK(sessions(folder)[0]["end"].get<std::string>().starts_with(
      "diverged: train: the loss is not finite: "));
}

TEST_CASE("a damaged run.json is refused, a missing one is not needed", "[resume]") {
  for (const char* text : {"", "{", "[]", "{}", R"({"sessions": 1})", R"({"sessions": [1]})"}) {
    CAPTURE(text);
    const Folder folder;
    folder.write("config.json", resumable_config());
    train_well(folder, {"config.json", "--out", "run"});
    folder.write("run/run.json", text);
    const Ended ended = run_train(folder, {"--resume", "run", "--set", "train.steps=7"});
    CHECK(ended.exit_code == 1);
    CHECK(ended.err.starts_with("run/run.json: damaged: "));
    CHECK(ended.err.ends_with("; without the file the run resumes all the same\n"));
    CHECK(folder.read("run/run.json") == text);
    std::filesystem::remove(folder / "run/run.json");
    train_well(folder, {"--resume", "run", "--set", "train.steps=7"});
    CHECK(sessions(folder).size() == 1);
  }
}

}  // namespace
}  // namespace heed::testing::run_record_test
