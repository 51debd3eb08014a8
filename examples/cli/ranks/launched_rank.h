// LaunchedRank: what a launcher such as mpirun tells each process of its place among the others.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace heed {

struct LaunchedRank {
  std::string mpi;  ///< "openmpi" or "mpich": whose launcher it is
  int rank, size;
};

/// A variable of the environment; nullptr if it is not set.
using Environment = std::function<const char*(const char*)>;

/// The place of this process among those that mpirun, mpiexec or srun has started; none if it was
/// started alone. Asks only the environment.
std::optional<LaunchedRank> launched_rank(const Environment& environment);
/// Of this process.
std::optional<LaunchedRank> launched_rank();

/// What to say if srun has started several processes that cannot find each other; "" if all is
/// well.
std::string launch_warning(const Environment& environment);

}  // namespace heed
