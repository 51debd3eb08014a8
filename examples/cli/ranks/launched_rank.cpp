#include "heed/examples/cli/ranks/launched_rank.h"

#include <cstdlib>

#include "heed/examples/cli/config/json.h"

namespace heed {
namespace {

/// The names under which a launcher tells a process its rank and how many there are.
struct Launcher {
  const char* mpi;
  const char *rank, *size;
};
constexpr Launcher launchers[] = {
    {"openmpi", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"},
    {"openmpi", "PMIX_RANK", "SLURM_STEP_NUM_TASKS"},  // srun --mpi=pmix
    {"mpich", "PMI_RANK", "PMI_SIZE"},                 // mpiexec of MPICH; srun --mpi=pmi2
};

std::optional<int> number_of_variable(const Environment& environment, const char* name) {
  const char* text = environment(name);
  const auto number = text == nullptr ? std::nullopt : parse_number<int>(text);
  return number && *number >= 0 ? number : std::nullopt;
}

}  // namespace

std::optional<LaunchedRank> launched_rank(const Environment& environment) {
  for (const Launcher& launcher : launchers) {
    const auto rank = number_of_variable(environment, launcher.rank);
    const auto size = number_of_variable(environment, launcher.size);
    if (rank && size && *size > 1 && *rank < *size) return {{launcher.mpi, *rank, *size}};
  }
  return {};
}

std::optional<LaunchedRank> launched_rank() {
  return launched_rank([](const char* name) { return std::getenv(name); });
}

std::string launch_warning(const Environment& environment) {
  const auto tasks = number_of_variable(environment, "SLURM_STEP_NUM_TASKS");
  const bool is_step = environment("SLURM_PROCID") != nullptr && tasks && *tasks > 1;
  if (!is_step || launched_rank(environment)) return "";
  return "warning: srun has started " + std::to_string(*tasks) +
         " processes that do not know of each other, so each trains alone; mpirun inside of salloc "
         "or sbatch, or srun --mpi=pmix, makes them ranks of one training";
}

}  // namespace heed
