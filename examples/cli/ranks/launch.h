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

/// "openmpi" or "mpich", from what `mpirun --version` prints; "" for any other.
std::string mpi_of(const std::string& version);

/// The command line, its first word being `mpirun`, for an MPI as mpi_of names it.
std::vector<std::string> launch_command(const std::string& mpirun, const std::string& mpi,
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
