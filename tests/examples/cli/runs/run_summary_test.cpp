// What a run directory says of the run: its state, how far it came, what it changed.
#include "heed/examples/cli/runs/run_summary.h"

#include <csignal>
#include <filesystem>

#include "heed/examples/cli/runs/find_runs.h"
#include "heed/examples/cli/runs/run_directory.h"
#include "heed/framework/io/folder.h"
#include "heed/tests/examples/cli/runs/resume_support.h"
#include "heed/tests/examples/cli/runs/small_run.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::run_summary_test {
namespace {

namespace fs = std::filesystem;

/// A run directory made by hand.
void write_run(const Folder& folder, const std::string& run, const std::string& train,
               const std::string& metrics, const std::string& end) {
  fs::create_directories(folder / run);
  folder.write(run + "/config.json",
               R"({"task":{"type":"reverse"},"train":{"seed":1,"steps":30)" + train + "}}");
  folder.write(run + "/metrics.jsonl", metrics);
  folder.write(run + "/run.json",
               R"({"id":"1","sessions":[{"started":"2026-05-01T12:00:00Z","seconds":2.5,"end":")" +
                   end + R"("}]})");
}

std::string evaluation(int step, double loss, double accuracy) {
  return R"({"step":)" + std::to_string(step) + R"(,"eval_loss":)" + std::to_string(loss) +
         R"(,"token_accuracy":0.5,"sequence_accuracy":)" + std::to_string(accuracy) + "}\n";
}

std::string changes_text(const RunSummary& run) {
  std::string text = run.shipped.shipped + ":";
  for (const auto& [path, value] : run.shipped.changes) text += " " + path + "=" + value;
  return text;
}

TEST_CASE("the summary of a finished run", "[runs]") {
  const Folder folder;
  folder.write("config.json", resumable_config());
  train_well(folder, {"config.json", "--out", "run", "--set", "train.seed=7"});
  const RunSummary run = read_summary(folder / "run/");
  CHECK(run.name == "run");
  CHECK(run.task == "reverse");
  CHECK(run.state == RunState::done);
  CHECK(run.step == 6);
  CHECK(run.steps == 6);
  CHECK(run.seed() == 7);
  REQUIRE(run.best);
  REQUIRE(run.last);
  CHECK(run.last->step == 6);
  REQUIRE(run.sessions.size() == 1);
  CHECK(run.started() == run.sessions[0].started);
  CHECK(run.seconds == run.sessions[0].seconds);
  CHECK(run.sessions[0].command.at(1) == "train");
}

TEST_CASE("the best evaluation is that of the lowest loss", "[runs]") {
  const Folder folder;
  const std::string nan = R"({"step":5,"eval_loss":null,"sequence_accuracy":null})"
                          "\n";
  write_run(folder, "run", "",
            nan + evaluation(10, 0.5, 0.2) + evaluation(20, 0.25, 0.9) + evaluation(30, 0.75, 0.9),
            "finished");
  const RunSummary run = read_summary(folder / "run");
  CHECK(run.best->step == 20);
  CHECK(run.most_accurate->step == 20);
  CHECK(run.last->step == 30);
  CHECK(run.step == 30);
  CHECK(!run.solved);
  CHECK(run.seconds == 2.5);
}

TEST_CASE("a run is solved at its own stop_at, else at 0.99", "[runs]") {
  const Folder folder;
  const auto is_solved = [&](const std::string& train, double accuracy) {
    write_run(folder, "run", train, evaluation(10, 1, accuracy), "finished");
    return read_summary(folder / "run").solved;
  };
  CHECK(is_solved("", 0.99));
  CHECK(!is_solved("", 0.98));
  CHECK(is_solved(R"(,"stop_at":0.9)", 0.9));
  CHECK(!is_solved(R"(,"stop_at":1)", 0.99));
}

TEST_CASE("how a run ended is its state", "[runs]") {
  const Folder folder;
  const auto state = [&](const std::string& end) {
    write_run(folder, "run", "", "", end);
    return std::string(name_of(read_summary(folder / "run").state));
  };
  CHECK(state("finished") == "done");
  CHECK(state("interrupted by SIGINT") == "interrupted");
  CHECK(state("diverged: the loss") == "diverged");
  CHECK(read_summary(folder / "run").why == "diverged: the loss");
  CHECK(state("failed: no space") == "failed");
  CHECK(state("running") == "killed");
  CHECK(state("killed, or the machine went down") == "unknown");
  const FolderLock lock = RunDirectory::lock(folder / "run");
  CHECK(state("interrupted by SIGINT") == "running");
}

TEST_CASE("a run that trains is running, and killed when it was", "[runs]") {
  const Folder folder;
  folder.write("config.json", resumable_config());
  RunningProgram program(folder, {"train", "config.json", "--out", "run", "--set",
                                  "train.steps=1000000", "--set", "train.eval_every=1000000"});
  while (!folder.has("run/metrics.jsonl") || folder.read("run/metrics.jsonl").empty()) usleep(1000);
  CHECK(read_summary(folder / "run").state == RunState::running);
  program.send(SIGKILL);
  program.wait();
  CHECK(read_summary(folder / "run").state == RunState::killed);
}

TEST_CASE("looking at a lock keeps nobody from taking it", "[runs]") {
  const Folder folder;
  CHECK(!FolderLock::owner(folder.path(), "lock"));
  CHECK(folder.names().empty());
  const pid_t child = fork();
  if (child == 0) {  // looks all the time
    for (;;) static_cast<void>(FolderLock::owner(folder.path(), "lock"));
  }
  for (int i = 0; i < 200; ++i) CHECK_NOTHROW(RunDirectory::lock(folder.path()));
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
}

TEST_CASE("a run of heed before there was a run.json", "[runs]") {
  const Folder folder;
  write_run(folder, "run", "", evaluation(10, 1, 0), "");
  fs::remove(folder / "run/run.json");
  CHECK(read_summary(folder / "run").state == RunState::unknown);
  folder.write("run/metrics.jsonl", evaluation(30, 1, 0));
  CHECK(read_summary(folder / "run").state == RunState::done);
}

TEST_CASE("a damaged run says what is damaged, and the rest", "[runs]") {
  const Folder folder;
  write_run(folder, "run", "", evaluation(10, 1, 0), "finished");
  const auto why = [&] {
    const RunSummary run = read_summary(folder / "run");
    CHECK(run.state == RunState::damaged);
    return run.why.substr(folder.path().size());
  };
  SECTION("config.json") {
    folder.write("run/config.json", "{\"task\":");
    CHECK(why().starts_with("/run/config.json: damaged: not JSON at byte 8: "));
    CHECK(read_summary(folder / "run").step == 10);
    folder.write("run/config.json", R"({"about": 1})");
    CHECK(why() == R"(/run/config.json: damaged: it has no "task.type")");
    fs::remove(folder / "run/config.json");
    CHECK(contains(why(), "config.json: cannot read: No such file"));
    fs::create_symlink("run.json", folder / "run/config.json");
    CHECK(contains(why(), "it is a symbolic link"));
  }
  SECTION("run.json") {
    folder.write("run/run.json", "[]");
    CHECK(contains(why(), "run.json: damaged"));
    CHECK(read_summary(folder / "run").task == "reverse");
  }
  SECTION("run.json of other types") {
    folder.write("run/run.json",
                 R"({"sessions":[{"command":7,"started":{},"seconds":"x","end":[1]}]})");
    CHECK(read_summary(folder / "run").state == RunState::unknown);
  }
  SECTION("metrics.jsonl") {
    fs::remove(folder / "run/metrics.jsonl");
    fs::create_directory(folder / "run/metrics.jsonl");
    CHECK(contains(why(), "metrics.jsonl: cannot read"));
  }
}

TEST_CASE("what a run changed in the nearest shipped configuration", "[runs]") {
  const Folder folder;
  link_configs(folder);
  const auto changes = [&](const std::string& config, const std::vector<std::string>& sets) {
    fs::remove_all(folder / "run");
    std::vector<std::string> arguments{config, "--out", "run", "--set", "train.steps=1"};
    for (const std::string& set : sets) arguments.insert(arguments.end(), {"--set", set});
    train_well(folder, arguments);
    return changes_text(read_summary(folder / "run"));
  };
  CHECK(changes("configs/reverse.json", {}) == "reverse: train.steps=1");
  CHECK(changes("configs/sort.json", {"train.lr=0.5", "train.optimizer=sgd"}) ==
        "sort: train.steps=1 train.lr=0.5 train.optimizer=sgd");
  // The path of its data is another one in every repository.
  CHECK(changes("configs/pairs.json", {"model.d_model=8"}) ==
        "pairs: model.d_model=8 train.steps=1");
}

TEST_CASE("runs are found below a directory, in the order in which people read", "[runs]") {
  const Folder folder;
  for (const char* run : {"a/r-10", "a/r-2", "a/r-2/checkpoints/run", ".hidden/run", "z"}) {
    write_run(folder, run, "", "", "finished");
  }
  fs::create_directories(folder / "a/empty");
  folder.write("a/empty/config.json", "{}");
  fs::create_directory_symlink(folder / "z", folder / "link");
  const std::string& top = folder.path();
  CHECK(runs_below(top) == std::vector{top + "/a/r-2", top + "/a/r-10", top + "/z"});
  CHECK(runs_below(top + "/z") == std::vector{top + "/z"});
  CHECK(runs_below(top + "/a/empty").empty());
  CHECK_THROWS_AS(runs_below(top + "/nowhere"), IoError);
}

TEST_CASE("differing keys and groups by seed", "[runs]") {
  const Folder folder;
  write_run(folder, "a", R"(,"lr":0.1)", "", "finished");
  write_run(folder, "b", R"(,"lr":0.2,"cooldown":"none")", "", "finished");
  write_run(folder, "c", R"(,"lr":0.1)", "", "finished");
  folder.write("c/config.json",
               R"({"about":"x","task":{"type":"reverse"},"train":{"lr":0.1,"seed":2,"steps":30}})");
  std::vector<RunSummary> runs;
  std::vector<FlatConfig> configs;
  for (const char* run : {"a", "b", "c"}) {
    runs.push_back(read_summary(folder / run));
    configs.push_back(runs.back().values);
  }
  const auto keys = differing_keys(configs);
  REQUIRE(keys.size() == 3);
  CHECK(keys[0].path == "train.seed");
  CHECK(keys[0].values == std::vector<std::string>{"1", "1", "2"});
  CHECK(keys[1].path == "train.lr");
  CHECK(keys[2].path == "train.cooldown");
  CHECK(keys[2].values == std::vector<std::string>{"unset", "none", "unset"});
  CHECK(group_by_seed(runs) == std::vector<RunGroup>{{0, 2}, {1}});
}

}  // namespace
}  // namespace heed::testing::run_summary_test
