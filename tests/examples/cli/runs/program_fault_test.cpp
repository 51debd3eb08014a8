// Each call by which a run writes fails once, is cut short once, and once is the last one of the
// process: what was written before is still there, and one line says what happened.
#include <array>
#include <cerrno>
#include <cstring>
#include <set>

#include "heed/tests/examples/cli/runs/resume_support.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::program_fault_test {
namespace {

/// The run, in a folder whose name is in all paths that matter.
const std::string run = "precious/run";

constexpr const char* config = R"({
  "task": {"type": "reverse", "symbols": 3, "length": 3},
  "model": {"d_model": 4, "d_ff": 4, "positions": "none", "attention": {"type": "my_mha"}},
  "train": {"steps": 3, "batch_size": 2, "eval_every": 2, "eval_sequences": 4,
            "checkpoint_every": 1, "checkpoints_kept": 1, "snapshots": 2}})";

/// A call that the preloaded library has written down.
struct Call {
  std::string name, path;
};

/// How `heed` ended in a process that a fault happens to, and all calls up to there.
struct Faulty {
  int exit_code = -1;
  std::string err;
  std::vector<Call> calls{};
};

/// `heed` with arguments; the fault happens at a call, counted from 1, or never if that is 0.
Faulty run_faulty(const Folder& folder, std::vector<std::string> arguments, size_t at,
                  const std::string& error) {
  const Folder output;
  arguments.insert(arguments.end(), {"--threads", "1"});
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    setenv("FAULT_UNDER", "precious", 1);
    setenv("FAULT_LOG", (output / "log").c_str(), 1);
    setenv("FAULT_AT", std::to_string(at).c_str(), 1);
    setenv("FAULT_ERROR", error.c_str(), 1);
    setenv("LD_PRELOAD", HEED_FAULT_PRELOAD, 1);
    if (std::freopen((output / "out").c_str(), "w", stdout) == nullptr ||
        std::freopen((output / "err").c_str(), "w", stderr) == nullptr ||
        chdir(folder.path().c_str()) != 0) {
      std::_Exit(99);
    }
    std::vector<char*> argv{const_cast<char*>("heed")};
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    execv(HEED_PROGRAM, argv.data());
    std::_Exit(98);
  }
  int status = 0;
  waitpid(child, &status, 0);
  Faulty result{WIFEXITED(status) ? WEXITSTATUS(status) : -1, output.read("err")};
  for (const std::string& line : lines_of(output.read("log"))) {
    const size_t blank = line.find(' ');
    const std::string path = line.substr(blank + 1), above = folder.path() + "/";
    result.calls.push_back(
        {line.substr(0, blank), path.starts_with(above) ? path.substr(above.size()) : path});
  }
  return result;
}

bool is_in(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// Whether the failure of a call loses nothing that is promised: who has the lock, the removal of
/// an old checkpoint, closing what was not opened for writing.
bool may_fail(const std::vector<Call>& calls, size_t index) {
  const Call& call = calls[index];
  if (call.path.ends_with("/lock")) return call.name != "open";
  if (call.path.ends_with(".removed")) return true;
  const auto opened = [&](const Call& other) {
    return other.name == "open" && call.path == other.path;
  };
  return call.name == "close" && std::none_of(calls.begin(), calls.end(), opened);
}

class Faults {
 public:
  /// Faults hit `heed train` with these arguments in a folder where `before` was copied to.
  Faults(std::vector<std::string> arguments, const Folder* before)
      : arguments_(std::move(arguments)), before_(before) {
    const Folder folder;
    prepare(folder);
    const Faulty never = run_faulty(folder, arguments_, 0, "");
    if (never.exit_code != 0) throw std::runtime_error("heed failed: " + never.err);
    calls = never.calls;
    whole_ = run_bits(folder, run);
  }

  /// An error at each call: exit 1 and one line that says why and where, unless nothing is lost.
  void fail_each() const {
    constexpr std::array errors{ENOSPC, EIO, EDQUOT, EROFS};
    for (size_t at = 1; at <= calls.size(); ++at) {
      const Call& call = calls[at - 1];
      const int error = errors[at % errors.size()];
      CAPTURE(at, call.name, call.path, error);
      const Folder folder;
      prepare(folder);
      const Faulty faulty = run_faulty(folder, arguments_, at, std::to_string(error));
      CAPTURE(faulty.err);
      if (may_fail(calls, at - 1)) {
        CHECK(faulty.exit_code == 0);
      } else {
        CHECK(faulty.exit_code == 1);
        check_message(faulty.err, std::strerror(error));
      }
      check_resumes(folder);
    }
  }

  /// A crash before each call.
  void end_at_each() const {
    for (size_t at = 1; at <= calls.size(); ++at) {
      CAPTURE(at, calls[at - 1].name, calls[at - 1].path);
      const Folder folder;
      prepare(folder);
      CHECK(run_faulty(folder, arguments_, at, "exit").exit_code == 77);
      check_resumes(folder);
    }
  }

  /// Each write takes one byte only; the rest is to follow.
  void shorten_each() const {
    for (size_t at = 1; at <= calls.size(); ++at) {
      if (calls[at - 1].name != "write") continue;
      CAPTURE(at, calls[at - 1].path);
      const Folder folder;
      prepare(folder);
      CHECK(run_faulty(folder, arguments_, at, "short").exit_code == 0);
      CHECK(run_bits(folder, run) == whole_);
    }
  }

  std::vector<Call> calls;

 private:
  void prepare(const Folder& folder) const {
    folder.write("config.json", config);
    if (before_ == nullptr) return;
    std::filesystem::copy(*before_ / "precious", folder / "precious",
                          std::filesystem::copy_options::recursive);
  }

  static void check_message(const std::string& said, const std::string& reason) {
    const std::vector<std::string> lines = lines_of(said);
    CHECK(std::count_if(lines.begin(), lines.end(),
                        [&](const std::string& line) { return is_in(line, reason); }) == 1);
    CHECK(lines.back().ends_with(": " + reason));
    CHECK(is_in(lines.back().substr(0, lines.back().find(':')), "precious"));
  }

  /// Nothing under a final name is half there, and the run resumes bit-identically.
  void check_resumes(const Folder& folder) const {
    if (folder.has(run)) {
      train_well(folder,
                 {"--resume", run, "--set", "train.steps=3", "--set", "train.checkpoints_kept=1",
                  "--set", "train.snapshots=2"});  // the configuration is part of the bits
    } else {
      train_well(folder, {"config.json", "--out", run});
    }
    CHECK(run_bits(folder, run) == whole_);
    for (const auto& entry : std::filesystem::directory_iterator(folder / (run + "/checkpoints"))) {
      CHECK(!entry.path().filename().string().starts_with("."));
    }
  }

  std::vector<std::string> arguments_;
  const Folder* before_;
  RunBits whole_;
};

TEST_CASE("a run continues when its progress is no longer read", "[fault]") {
  const Folder folder;
  folder.write("config.json", config);
  const std::string command = "cd " + folder.path() +
                              " && mkdir precious && (" HEED_PROGRAM
                              " train config.json --out precious/run >out; echo $? >code) 2>&1 | :";
  CHECK(std::system(command.c_str()) == 0);
  for (int i = 0; i < 2000 && folder.read("code").empty(); ++i) usleep(5000);
  CHECK(folder.read("code") == "0\n");
  CHECK(!folder.read("out").empty());
}

TEST_CASE("a name is given only to what is on the disk", "[fault]") {
  const Faults faults({"train", "config.json", "--out", run}, nullptr);
  std::set<std::string> unsynced;
  int names = 0;
  for (size_t i = 0; i < faults.calls.size(); ++i) {
    const auto& [name, path] = faults.calls[i];
    CAPTURE(i, name, path);
    const std::string folder = std::filesystem::path(path).parent_path().string();
    if (name == "open" || name == "mkdir") unsynced.insert({path, folder});
    if (name == "write") unsynced.insert(path);
    if (name == "fsync") unsynced.erase(path);
    if (!name.starts_with("rename") || path.ends_with(".removed")) continue;
    if (is_in(path, "/snapshots/")) {  // on the disk only before the next checkpoint
      unsynced.erase(partial_file(folder, path.substr(folder.size() + 1)));
      unsynced.insert({path, folder});
      continue;
    }
    ++names;
    for (const std::string& other : unsynced) {
      CAPTURE(other);
      CHECK((!is_in(other, ".partial") || other.ends_with("/lock")));
      CHECK(!other.ends_with("metrics.jsonl"));
      CHECK(!is_in(other, "/snapshots"));
    }
    REQUIRE(i + 1 < faults.calls.size());
    CHECK(faults.calls[i + 1].name == "fsync");
    CHECK(faults.calls[i + 1].path == folder);
  }
  CHECK(names == 5);  // the run directory, three checkpoints, and how it ended in run.json
}

TEST_CASE("each call of a new run and of its saves may fail", "[fault]") {
  const Faults faults({"train", "config.json", "--out", run}, nullptr);
  CHECK(faults.calls.size() > 100);
  faults.fail_each();
  faults.end_at_each();
  faults.shorten_each();
}

TEST_CASE("each call of a resume may fail", "[fault]") {
  const Folder stopped;
  stopped.write("config.json", config);
  // Without snapshots: one of its end would be no part of the longer run.
  train_well(stopped, {"config.json", "--out", run, "--set", "train.steps=2", "--set",
                       "train.checkpoints_kept=2", "--set", "train.snapshots=0"});
  const Faults faults(
      {"train", "--resume", run + "/checkpoints/step-000001", "--set", "train.steps=3", "--set",
       "train.checkpoints_kept=1", "--set", "train.snapshots=2"},
      &stopped);
  std::vector<std::string> names;
  for (const Call& call : faults.calls) names.push_back(call.name);
  for (const char* name :
       {"open", "mkdir", "write", "fsync", "close", "rename", "renameat2", "ftruncate", "pwrite"}) {
    CHECK(std::find(names.begin(), names.end(), name) != names.end());
  }
  faults.fail_each();
  faults.end_at_each();
}

}  // namespace
}  // namespace heed::testing::program_fault_test
