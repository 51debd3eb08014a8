// `heed sweep` when processes end before their time: signals, kill -9, others that hold a lock.
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <thread>

#include "heed/examples/cli/runs/run_directory.h"
#include "heed/tests/examples/cli/sweep/sweep_support.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::program_sweep_process_test {
namespace {

using namespace sweeps;

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

}  // namespace
}  // namespace heed::testing::program_sweep_process_test
