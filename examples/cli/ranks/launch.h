// Starting several ranks: the command line for mpirun.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace heed {

/// What `heed launch` is told.
struct Launch {
  int64_t ranks = 1;
  std::optional<std::string> hosts{};   ///< a file of hosts, in the form of the MPI
  std::vector<std::string> options{};   ///< for mpirun, as they are
  std::vector<std::string> program{};   ///< the program and its arguments
  std::vector<std::string> exported{};  ///< names of variables that the ranks need, of this process
  bool is_root = false;
};

/// Whose launcher it is, and so how it is spoken to.
enum class LauncherKind {
  openmpi_4,  ///< Open MPI before 5
  openmpi_5,  ///< from 5 on: PRRTE's
  mpich,      ///< Hydra
};

/// From what `mpirun --version` prints; nothing for any other.
std::optional<LauncherKind> launcher_of(const std::string& version);

/// The command line, its first word being `mpirun`.
std::vector<std::string> launch_command(const std::string& mpirun, LauncherKind launcher,
                                        const Launch& launch);

/// How the launcher ended.
struct LaunchEnd {
  int code;    ///< its exit code; 128 + the signal that killed it
  int signal;  ///< that came to this process meanwhile; 0 if none did
};
/// Runs a command line and waits for it. SIGINT, SIGTERM, SIGHUP and SIGUSR1 to this process reach
/// the ranks as SIGUSR1, for which mpirun leaves them all the time they need; after SIGTERM Open
/// MPI kills them within a second. A second one ends it as SIGTERM does. Throws RankError if it
/// cannot be started.
LaunchEnd run_launcher(const std::vector<std::string>& command);

}  // namespace heed
