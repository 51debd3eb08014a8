// Runs the program in a process of its own, in a fresh folder, and keeps what it said.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <vector>

#include "heed/examples/cli/program.h"
#include "heed/tests/support/folder.h"

namespace heed::testing {

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t start = 0; start < text.size();) {
    const size_t end = std::min(text.find('\n', start), text.size());
    lines.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return lines;
}

/// The paths of all configurations that are shipped.
inline std::vector<std::string> shipped_configs() {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(HEED_SOURCE_DIR "/configs")) {
    const bool is_config =
        entry.path().extension() == ".json" && entry.path().filename() != "schema.json";
    if (is_config) paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

/// Makes "configs/…" mean in this folder what it means in the repository.
inline void link_configs(const Folder& folder) {
  std::filesystem::create_symlink(HEED_SOURCE_DIR "/configs", folder / "configs");
}

/// How a process ended and what it wrote.
struct Ended {
  int exit_code = -1;  ///< -1: by a signal
  int signal = 0;
  std::string out;
  std::string err;
};

/// `heed` with arguments, started in a folder; its output lies outside of it.
class RunningProgram {
 public:
  RunningProgram(const Folder& folder, const std::vector<std::string>& arguments,
                 const Registry& registry = builtin_registry(),
                 const std::vector<Command>& commands = {}, const std::string& name = "heed")
      : RunningProgram(folder.path(), arguments, registry, commands, name) {}
  RunningProgram(const std::string& folder, const std::vector<std::string>& arguments,
                 const Registry& registry = builtin_registry(),
                 const std::vector<Command>& commands = {}, const std::string& name = "heed") {
    std::fflush(nullptr);
    child_ = fork();
    if (child_ == 0) become_program(folder, arguments, registry, commands, name);
  }

  void send(int signal) const { kill(child_, signal); }

  Ended wait() {
    int status = 0;
    waitpid(child_, &status, 0);
    Ended ended{.out = output_.read("out"), .err = output_.read("err")};
    if (WIFEXITED(status)) ended.exit_code = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) ended.signal = WTERMSIG(status);
    return ended;
  }

 private:
  [[noreturn]] void become_program(const std::string& folder,
                                   const std::vector<std::string>& arguments,
                                   const Registry& registry, const std::vector<Command>& commands,
                                   const std::string& name) const {
    // The tests' own handlers would report a signal as a failed test.
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) std::signal(signal, SIG_DFL);
    if (std::freopen((output_ / "out").c_str(), "w", stdout) == nullptr ||
        std::freopen((output_ / "err").c_str(), "w", stderr) == nullptr ||
        chdir(folder.c_str()) != 0) {
      std::_Exit(99);
    }
    std::vector<const char*> argv{name.c_str()};
    for (const std::string& argument : arguments) argv.push_back(argument.c_str());
    const int code = run_program(static_cast<int>(argv.size()), argv.data(), registry, commands);
    std::fflush(nullptr);
    std::_Exit(code);
  }

  Folder output_;
  pid_t child_;
};

inline Ended run_heed(const Folder& folder, const std::vector<std::string>& arguments,
                      const Registry& registry = builtin_registry(),
                      const std::vector<Command>& commands = {}, const std::string& name = "heed") {
  return RunningProgram(folder, arguments, registry, commands, name).wait();
}

/// A configuration that trains in milliseconds; `rest` follows the section "task".
inline std::string tiny_config(const std::string& rest = "") {
  return R"({"task": {"type": "reverse", "symbols": 4, "length": 4},
             "model": {"d_model": 8, "dropout": 0.1},
             "train": {"steps": 6, "batch_size": 4, "eval_every": 3, "eval_sequences": 20})" +
         rest + "}";
}

}  // namespace heed::testing
