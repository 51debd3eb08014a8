// `heed launch`: trains with several processes, started by mpirun.
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <memory>

#include "heed/examples/cli/commands/line/command.h"
#include "heed/examples/cli/config/program_name.h"
#include "heed/examples/cli/config/text.h"
#include "heed/examples/cli/ranks/launch.h"
#include "heed/examples/cli/runs/terminal.h"
#include "heed/examples/cli/training/failure.h"
#include "heed/framework/base/text.h"

extern char** environ;

namespace heed {
namespace {

struct LaunchArguments {
  int64_t ranks = 0;
  std::optional<std::string> hosts;
  std::string mpirun = "mpirun";
  std::vector<std::string> mpirun_options;
  bool shows = false;
  std::vector<std::string> command;
};

Options launch_options(LaunchArguments& arguments) {
  return {Option::value("-n", &arguments.ranks, "N", "number of ranks").at_least(1).required(),
          Option::value("--hosts", &arguments.hosts, "FILE",
                        "the machines, a line each, as mpirun takes them: \"node1 slots=4\" for "
                        "Open MPI, \"node1:4\" for MPICH; default: this one"),
          Option::value("--mpirun", &arguments.mpirun, "PROGRAM",
                        "the launcher; default mpirun, or mpiexec.mpich for MPICH beside Open MPI"),
          Option::value("--mpirun-option", &arguments.mpirun_options, "WORD",
                        "one more word for mpirun; may be repeated"),
          Option::flag("--show", &arguments.shows, "print the command line instead of running it"),
          Option::rest("COMMAND", &arguments.command, "train and its arguments")};
}

/// What a launcher says of itself; "" if it cannot be started.
std::string version_of(const std::string& mpirun) {
  const std::string command = shell_text({mpirun}) + " --version 2>/dev/null";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string text;
  std::array<char, 512> part{};
  while (pipe != nullptr && std::fgets(part.data(), part.size(), pipe.get()) != nullptr) {
    text += part.data();
  }
  return text;
}

/// The variables on which the numbers and the speed of heed depend.
std::vector<std::string> exported_names() {
  std::vector<std::string> names;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string name(*variable, std::strcspn(*variable, "="));
    const bool is_ours = name.starts_with("HEED_") || name.starts_with("OPENBLAS_");
    if (is_ours) names.push_back(name);
  }
  return names;
}

std::vector<std::string> command_of(const LaunchArguments& arguments) {
  const std::string version = version_of(arguments.mpirun);
  const std::optional<LauncherKind> launcher = launcher_of(version);
  if (!launcher) {
    throw RunError("heed launch: ", in_quotes(arguments.mpirun),
                   version.empty() ? " cannot be started; `./heed launch` installs Open MPI, or "
                                     "(Debian) apt install openmpi-bin"
                                   : " is neither that of Open MPI nor that of MPICH");
  }
  std::vector<std::string> program{running_program().string()};
  program.insert(program.end(), arguments.command.begin(), arguments.command.end());
  return launch_command(arguments.mpirun, *launcher,
                        {.ranks = arguments.ranks,
                         .hosts = arguments.hosts,
                         .options = arguments.mpirun_options,
                         .program = std::move(program),
                         .exported = exported_names(),
                         .is_root = geteuid() == 0});
}

void run_launch(const Program&, const LaunchArguments& arguments) {
  if (arguments.command.front() != "train") {
    throw UsageError("heed launch: only train can have several ranks, got ",
                     in_quotes(arguments.command.front()));
  }
  const std::vector<std::string> command = command_of(arguments);
  if (arguments.shows) return write_result(shell_text(command) + "\n");
  const LaunchEnd end = run_launcher(command);
  if (end.code == 0) return;
  if (end.signal != 0) throw Interrupted(end.signal);
  throw LaunchFailure(end.code);
}

ExitStatus launched_status() {
  ExitStatus status = trained_status;
  status.emplace_back("75", "a rank was lost or made no progress; the training can be resumed");
  return status;
}

}  // namespace

Command launch_command() {
  return {
      .name = "launch",
      .stage = Stage::train,
      .summary = "train with several processes, on one machine or many",
      .description =
          "Starts N ranks of `heed train` with mpirun. They share each batch of "
          "train.micro_batches parts, which N must not exceed, and the state of the optimizer; "
          "the result has the bits of a single process, whatever N is, also if a run is resumed "
          "with another N. Only rank 0 writes and shows anything. The processors of a machine "
          "are divided among its ranks unless --threads or HEED_THREADS say otherwise.\n\n"
          "Ctrl-C, SIGTERM, SIGHUP and SIGUSR1 end all ranks between two steps, with a "
          "checkpoint; a second one ends them at once. If a rank dies the others end within "
          "seconds, and the last checkpoint remains; the exit code is then that of mpirun.\n\n"
          "mpirun can be used directly: see docs/ranks.md, also on clusters and what it costs.",
      .exit_status = launched_status(),
      .examples = {{"heed launch -n 2 train configs/reverse.json --set train.micro_batches=4",
                    "trains with two processes"},
                   {"heed launch -n 8 --hosts hosts train --resume runs/text-1",
                    "resumes a run on the machines that the file lists"}},
      .call = calling(launch_options, run_launch)};
}

}  // namespace heed
