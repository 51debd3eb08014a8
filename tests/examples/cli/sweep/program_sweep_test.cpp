// `heed sweep` as a program: its runs are processes of the same program.
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/runs/run_directory.h"
#include "heed/tests/examples/cli/program_run.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::program_sweep_test {
namespace {

using Texts = std::vector<std::string>;

/// `heed sweep` with a rest of a shell's command line.
Ended sweep(const Folder& folder, const std::string& rest) {
  const Folder output;
  const int status = std::system(("cd " + folder.path() + " && " HEED_PROGRAM " sweep " + rest +
                                  " >" + (output / "out") + " 2>" + (output / "err"))
                                     .c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, 0, output.read("out"), output.read("err")};
}

bool is_in(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// The lines about runs that have ended.
Texts endings(const Ended& ended) {
  Texts lines = lines_of(ended.err);
  std::erase_if(lines, [](const std::string& line) { return !line.starts_with("["); });
  return lines;
}

std::string weights(const Folder& folder, const std::string& run) {
  return folder.read(run + "/checkpoints/step-000006/model.safetensors");
}

Folder& with_config(Folder& folder, const std::string& rest = "") {
  folder.write("tiny.json", tiny_config(rest));
  return folder;
}

TEST_CASE("each run of a sweep is the run that heed train makes", "[program]") {
  Folder folder;
  const Ended ended = sweep(with_config(folder),
                            "tiny.json --set train.lr=1e-3,3e-3 --seeds 2 "
                            "--jobs 2 --out s");
  INFO(ended.err);
  CHECK(ended.exit_code == 0);
  CHECK(endings(ended).size() == 4);
  const JsonValue plan = read_json(folder.read("s/sweep.json"));
  REQUIRE(plan.find("runs")->children.size() == 4);
  for (const JsonValue& run : plan.find("runs")->children) {
    const std::string name = run.find("name")->text;
    Texts command{"train", "tiny.json", "--out", "one"};
    for (const JsonValue& set : run.find("set")->children) {
      command.insert(command.end(), {"--set", set.text});
    }
    REQUIRE(run_heed(folder, command).exit_code == 0);
    CHECK(folder.read("s/" + name + "/config.json") == folder.read("one/config.json"));
    CHECK_FALSE(weights(folder, "one").empty());
    CHECK(weights(folder, "s/" + name) == weights(folder, "one"));
    std::filesystem::remove_all(folder / "one");
  }
}

TEST_CASE("the same command again trains nothing; more values add runs", "[program]") {
  Folder folder;
  with_config(folder);
  REQUIRE(sweep(folder, "tiny.json --set train.lr=1e-3 --out s").exit_code == 0);
  const std::string record = folder.read("s/001-seed=0/run.json");
  const Ended again = sweep(folder, "tiny.json --set train.lr=1e-3 --out s/");
  CHECK(again.exit_code == 0);
  CHECK(endings(again).empty());
  const Ended more = sweep(folder, "tiny.json --set train.lr=1e-3,1e-2 --seeds 2 --out s");
  CHECK(more.exit_code == 0);
  CHECK(endings(more).size() == 3);
  CHECK(folder.has("s/002-lr=1e-2,seed=0"));
  CHECK(folder.has("s/003-lr=1e-3,seed=1"));
  CHECK(folder.has("s/004-lr=1e-2,seed=1"));
  CHECK(folder.read("s/001-seed=0/run.json") == record);
  // The copy of CONFIG is as good as CONFIG.
  CHECK(endings(sweep(folder, "s/config.json --set train.lr=1e-3 --out s")).empty());
}

TEST_CASE("a run that was interrupted is resumed", "[program]") {
  Folder folder;
  with_config(folder);
  const std::string command = "tiny.json --set train.lr=1e-3,1e-2 --out s";
  REQUIRE(sweep(folder, command).exit_code == 0);
  const std::string whole = weights(folder, "s/001-lr=1e-3,seed=0");
  std::filesystem::remove_all(folder / "s/001-lr=1e-3,seed=0/checkpoints/step-000006");
  std::string record = folder.read("s/001-lr=1e-3,seed=0/run.json");
  record.replace(record.find("\"finished\""), 10, "\"running\"");
  folder.write("s/001-lr=1e-3,seed=0/run.json", record);
  const Ended ended = sweep(folder, command);
  INFO(ended.err);
  CHECK(ended.exit_code == 0);
  CHECK(is_in(ended.err, "001-lr=1e-3,seed=0  to be resumed"));
  CHECK(endings(ended).size() == 1);
  CHECK(weights(folder, "s/001-lr=1e-3,seed=0") == whole);
  CHECK(lines_of(folder.read("s/001-lr=1e-3,seed=0/resumes.jsonl")).size() == 1);
}

TEST_CASE("a dry run prints the plan and writes nothing", "[program]") {
  Folder folder;
  const Ended ended = run_heed(with_config(folder), {"sweep", "tiny.json", "--set", "train.lr=1,2",
                                                     "--seeds", "2", "--dry-run", "--out", "s"});
  CHECK(ended.exit_code == 0);
  CHECK(ended.err.empty());
  CHECK(lines_of(ended.out).size() == 5);
  CHECK(lines_of(ended.out).front() == "4 runs, 2 settings:");
  CHECK(is_in(ended.out, "-lr=2,seed=1  new  --set train.lr=2 --set train.seed=1\n"));
  CHECK(folder.names() == Texts{"tiny.json"});
}

TEST_CASE("a wrong value starts nothing", "[program]") {
  Folder folder;
  const Ended ended =
      run_heed(with_config(folder), {"sweep", "tiny.json", "--set", "train.lr=1,x", "--out", "s"});
  CHECK(ended.exit_code == 2);
  CHECK(ended.err ==
        "--set train.lr=x: error: train.lr: must be a number, at least 0: found the "
        "string \"x\"\n");
  CHECK(folder.names() == Texts{"tiny.json"});
}

TEST_CASE("a run that diverges is a result, others go on", "[program]") {
  Folder folder;
  const Ended ended =
      sweep(with_config(folder), "tiny.json --set train.lr=1e30,1e-3 --seeds 2 --out s");
  INFO(ended.err);
  CHECK(ended.exit_code == 0);
  CHECK(endings(ended).size() == 4);
  CHECK(is_in(ended.err, "-lr=1e30,seed=1: diverged, "));
  CHECK(is_in(ended.err, "the loss is not finite"));
  CHECK(endings(sweep(folder, "tiny.json --set train.lr=1e30,1e-3 --seeds 2 --out s")).empty());
}

TEST_CASE("a run that fails is told at once with its last line; others go on", "[program]") {
  Folder folder;
  with_config(folder);
  const std::string command = "tiny.json --set train.lr=1e-3,1e-2,1e-1 --out s";
  REQUIRE(sweep(folder, command).exit_code == 0);
  // Where a directory should be there is a file.
  const std::string first = "001-lr=1e-3,seed=0";
  REQUIRE(folder.has("s/" + first));
  std::filesystem::remove_all(folder / ("s/" + first));
  folder.write("s/" + first, "");
  const Ended failed = sweep(folder, command);
  CHECK(failed.exit_code == 1);
  CHECK(endings(failed).size() == 1);
  CHECK(is_in(failed.err, first + ": failed: s/" + first + ": cannot read: it is not a directory"));
  CHECK(lines_of(failed.err).back() ==
        "s: 1 of 3 runs failed: " + first + "; the same command tries them again");
  // A process that fails by itself: its checkpoint is damaged.
  std::filesystem::remove_all(folder / ("s/" + first));
  REQUIRE(sweep(folder, command).exit_code == 0);
  std::string record = folder.read("s/" + first + "/run.json");
  record.replace(record.find("\"finished\""), 10, "\"running\"");
  folder.write("s/" + first + "/run.json", record);
  folder.write("s/" + first + "/checkpoints/step-000006/state.json", "{}");
  const Ended damaged = sweep(folder, command);
  CHECK(damaged.exit_code == 1);
  CHECK(
      is_in(damaged.err, first + ": failed: exit code 1: s/" + first + "/checkpoints/step-000006"));
}

TEST_CASE("--stop-on-failure starts no more runs", "[program]") {
  Folder folder;
  with_config(folder);
  const std::string command = "tiny.json --set train.lr=1e-3,1e-2,1e-1 --out s";
  REQUIRE(sweep(folder, command).exit_code == 0);
  for (const char* name : {"001-lr=1e-3,seed=0", "003-lr=1e-1,seed=0", "002-lr=1e-2,seed=0",
                           "003-lr=1e-2,seed=0", "002-lr=1e-1,seed=0"}) {
    std::filesystem::remove_all(folder / (std::string("s/") + name));
  }
  folder.write("s/001-lr=1e-3,seed=0", "");
  const Ended ended = sweep(folder, command + " --stop-on-failure");
  CHECK(ended.exit_code == 1);
  CHECK(endings(ended).size() == 1);
  CHECK(endings(sweep(folder, command)).size() == 3);
}

TEST_CASE("a directory that is no sweep, or that of another one, is refused", "[program]") {
  Folder folder;
  with_config(folder);
  std::filesystem::create_directory(folder / "other");
  CHECK(sweep(folder, "tiny.json --out other").err ==
        "--out other: error: already exists and is not a sweep: it has no sweep.json; choose "
        "another name or remove it\n");
  REQUIRE(sweep(folder, "tiny.json --out s").exit_code == 0);
  const std::string plan = folder.read("s/sweep.json");
  folder.write("second.json", R"({"task": {"type": "sort", "symbols": 4, "length": 4},
    "model": {"d_model": 8, "dropout": 0.1},
    "train": {"steps": 6, "batch_size": 4, "eval_every": 3, "eval_sequences": 20}})");
  const Ended other = sweep(folder, "second.json --out s");
  CHECK(other.exit_code == 2);
  CHECK(
      other.err.starts_with("--out s: error: is a sweep of another configuration: task.type was "
                            "\"reverse\" and is \"sort\""));
  CHECK(folder.read("s/sweep.json") == plan);
  CHECK(sweep(folder, "second.json").err ==
        "heed sweep: --out DIR is required; see heed sweep --help\n");
}

/// A sweep in a process of its own; its stderr goes to the file "err".
class RunningSweep {
 public:
  RunningSweep(const Folder& folder, Texts arguments) : folder_(folder), child_(fork()) {
    if (child_ != 0) return;
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) std::signal(signal, SIG_DFL);
    arguments.insert(arguments.begin(), {"heed", "sweep"});
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    const bool is_ready = chdir(folder.path().c_str()) == 0 &&
                          std::freopen("err", "w", stderr) != nullptr &&
                          std::freopen("/dev/null", "w", stdout) != nullptr;
    if (is_ready) execv(HEED_PROGRAM, argv.data());
    std::_Exit(98);
  }

  /// Until each of these runs has taken some steps.
  void wait_for(const Texts& runs) const {
    for (const std::string& run : runs) {
      CHECK(soon([&] { return lines_of(folder_.read(run + "/metrics.jsonl")).size() > 3; }));
    }
  }
  Ended end(int signal) const {
    kill(child_, signal);
    return wait();
  }
  Ended wait() const {
    int status = 0;
    waitpid(child_, &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1,
            WIFSIGNALED(status) ? WTERMSIG(status) : 0, "", folder_.read("err")};
  }

  template <class Holds>
  static bool soon(const Holds& holds) {
    constexpr int tries = 3000;
    for (int i = 0; i < tries && !holds(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return holds();
  }

 private:
  const Folder& folder_;
  pid_t child_;
};

const Texts endless_sweep{"tiny.json",
                          "--set",
                          "train.lr=1e-3,1e-2",
                          "--set",
                          "train.steps=100000000",
                          "--set",
                          "train.eval_every=1000",
                          "--jobs",
                          "2",
                          "--out",
                          "s"};
const Texts both_runs{"s/001-lr=1e-3,seed=0", "s/002-lr=1e-2,seed=0"};

TEST_CASE("a signal ends every run with a checkpoint, then the sweep", "[program]") {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    Folder folder;
    with_config(folder);
    const RunningSweep running(folder, endless_sweep);
    running.wait_for(both_runs);
    const Ended ended = running.end(signal);
    INFO(ended.err);
    CHECK(ended.signal == signal);
    for (const std::string& run : both_runs) {
      CHECK(is_in(folder.read(run + "/run.json"), "\"interrupted by SIG"));
      CHECK(std::filesystem::exists(folder / (run + "/checkpoints")));
      CHECK(is_in(ended.err, run.substr(2) + ": interrupted; the same command resumes it"));
    }
  }
}

TEST_CASE("a sweep that is killed takes its runs with it", "[program]") {
  Folder folder;
  with_config(folder);
  const RunningSweep running(folder, endless_sweep);
  running.wait_for(both_runs);
  CHECK(running.end(SIGKILL).signal == SIGKILL);
  for (const std::string& run : both_runs) {
    CHECK(RunningSweep::soon([&] { return !FolderLock::owner(folder / run, "lock"); }));
  }
}

TEST_CASE("two sweeps do not share a directory", "[program]") {
  Folder folder;
  with_config(folder);
  const RunningSweep running(folder, endless_sweep);
  running.wait_for(both_runs);
  const Ended second = sweep(folder, "tiny.json --set train.lr=1e-1 --out s");
  CHECK(second.exit_code == 1);
  CHECK(second.err.starts_with("s/lock: locked by another run, process "));
  CHECK_FALSE(is_in(folder.read("s/sweep.json"), "1e-1"));
  running.end(SIGTERM);
}

TEST_CASE("a run that somebody else trains is waited for, the others are not", "[program]") {
  Folder folder;
  with_config(folder);
  const std::string command = "tiny.json --set train.lr=1e-3,1e-2 --out s";
  REQUIRE(sweep(folder, command).exit_code == 0);
  const std::string first = "s/001-lr=1e-3,seed=0", second = "s/002-lr=1e-2,seed=0";
  std::string record = folder.read(first + "/run.json");
  record.replace(record.find("\"finished\""), 10, "\"running\"");
  folder.write(first + "/run.json", record);
  std::filesystem::remove_all(folder / second);
  std::optional<FolderLock> lock(RunDirectory::lock(folder / first));
  const RunningSweep running(folder, {"tiny.json", "--set", "train.lr=1e-3,1e-2", "--out", "s"});
  CHECK(RunningSweep::soon([&] { return is_in(folder.read("err"), "[1/2]"); }));
  CHECK_FALSE(is_in(folder.read("err"), "[2/2]"));
  lock.reset();
  const Ended ended = running.wait();
  INFO(ended.err);
  CHECK(ended.exit_code == 0);
  CHECK(is_in(ended.err, "001-lr=1e-3,seed=0: process " + std::to_string(getpid()) +
                             " trains it; waiting until that ends"));
  REQUIRE(endings(ended).size() == 2);
  CHECK(is_in(endings(ended)[0], "002-lr=1e-2,seed=0: finished"));
  CHECK(is_in(endings(ended)[1], "001-lr=1e-3,seed=0: finished"));
}

TEST_CASE("a damaged plan is refused", "[program]") {
  Folder folder;
  with_config(folder);
  REQUIRE(sweep(folder, "tiny.json --out s").exit_code == 0);
  const auto refused = [&](const std::string& plan, const std::string& why) {
    folder.write("s/sweep.json", plan);
    const Ended ended = sweep(folder, "tiny.json --out s");
    INFO(ended.err);
    CHECK(ended.exit_code == 1);
    CHECK(ended.err == "s/sweep.json: damaged: " + why + "\n");
    CHECK(folder.read("s/sweep.json") == plan);
  };
  refused("", "not JSON at byte 0: the text is empty; it must hold an object");
  refused("[]", "\"runs\" is missing or not an array");
  refused(R"({"runs": []})", "it has no runs");
  refused(R"({"runs": [{"name": "../001-a", "set": []}]})",
          "a run has no name like \"001-seed=0\"");
  refused(R"({"runs": [{"name": "001-a", "set": []}]})", "\"001-a\" has no train.seed");
  refused(R"({"runs": [{"name": "001-a", "set": [1]}]})", "\"001-a\" has a set that is not a text");
  refused(R"({"runs": [{"name": "001-a", "set": ["train.seed=1"]},
                       {"name": "001-a", "set": ["train.seed=2"]}]})",
          "\"001-a\" is there twice");
}

}  // namespace
}  // namespace heed::testing::program_sweep_test
