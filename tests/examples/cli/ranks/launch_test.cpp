#include "heed/examples/cli/ranks/launch.h"

#include <map>

#include "heed/examples/cli/ranks/launched_rank.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::launch_test {
namespace {

using Variables = std::map<std::string, std::string>;

Environment environment(const Variables& variables) {
  return [variables](const char* name) {
    static thread_local std::string kept;
    const auto found = variables.find(name);
    if (found == variables.end()) return static_cast<const char*>(nullptr);
    kept = found->second;
    return kept.c_str();
  };
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

}  // namespace

TEST_CASE("Each launcher tells a process its rank") {
  const auto check = [](const Variables& variables, const std::string& mpi, int rank, int size) {
    const auto found = launched_rank(environment(variables));
    REQUIRE(found.has_value());
    CHECK(found->mpi == mpi);
    CHECK(found->rank == rank);
    CHECK(found->size == size);
  };
  check({{"OMPI_COMM_WORLD_RANK", "2"}, {"OMPI_COMM_WORLD_SIZE", "3"}}, "openmpi", 2, 3);
  check({{"PMI_RANK", "0"}, {"PMI_SIZE", "2"}}, "mpich", 0, 2);
  check({{"PMIX_RANK", "1"}, {"SLURM_STEP_NUM_TASKS", "4"}}, "openmpi", 1, 4);
}

TEST_CASE("Whoever is alone, or is told nonsense, is no rank") {
  const Variables none[] = {{},
                            {{"OMPI_COMM_WORLD_RANK", "0"}, {"OMPI_COMM_WORLD_SIZE", "1"}},
                            {{"OMPI_COMM_WORLD_RANK", "0"}},
                            {{"PMI_RANK", "2"}, {"PMI_SIZE", "2"}},
                            {{"PMI_RANK", "-1"}, {"PMI_SIZE", "2"}},
                            {{"PMI_RANK", "0x"}, {"PMI_SIZE", "2"}},
                            {{"PMI_RANK", ""}, {"PMI_SIZE", "99999999999"}}};
  for (const Variables& variables : none) CHECK(!launched_rank(environment(variables)));
}

TEST_CASE("Processes of srun that cannot find each other are warned") {
  const Variables step{{"SLURM_PROCID", "1"}, {"SLURM_STEP_NUM_TASKS", "4"}};
  CHECK(launch_warning(environment(step)).find("4 processes") != std::string::npos);
  Variables with_pmix = step;
  with_pmix["PMIX_RANK"] = "1";
  CHECK(launch_warning(environment(with_pmix)).empty());
  CHECK(launch_warning(environment({})).empty());
  CHECK(
      launch_warning(environment({{"SLURM_PROCID", "0"}, {"SLURM_STEP_NUM_TASKS", "1"}})).empty());
}

TEST_CASE("The MPI of a launcher shows in its version") {
  CHECK(launcher_of("mpirun (Open MPI) 4.1.4\n") == LauncherKind::openmpi_4);
  CHECK(launcher_of("mpirun.real (OpenRTE) 4.1.4") == LauncherKind::openmpi_4);
  CHECK(launcher_of("mpirun (Open MPI) 5.0.7\n") == LauncherKind::openmpi_5);
  CHECK(launcher_of("mpirun (Open MPI) 10.0.0rc1\n") == LauncherKind::openmpi_5);
  CHECK(launcher_of("Open MPI, of a vendor\n") == LauncherKind::openmpi_5);
  CHECK(launcher_of("HYDRA build details:\n    Version: 4.0.2\n") == LauncherKind::mpich);
  CHECK(!launcher_of(""));
  CHECK(!launcher_of("something else 1.0"));
}

TEST_CASE("The command line is that of the MPI") {
  Launch launch{.ranks = 4, .program = {"/bin/heed", "train", "a b.json"}};
  CHECK(joined(launch_command("mpirun", LauncherKind::openmpi_4, launch)) ==
        "mpirun --oversubscribe --quiet --bind-to none -n 4 /bin/heed train a b.json");
  CHECK(joined(launch_command("mpirun", LauncherKind::openmpi_5, launch)) ==
        "mpirun --oversubscribe --bind-to none -n 4 /bin/heed train a b.json");
  CHECK(joined(launch_command("mpiexec", LauncherKind::mpich, launch)) ==
        "mpiexec -bind-to none -n 4 /bin/heed train a b.json");
  launch.is_root = true;
  launch.hosts = "hosts";
  launch.options = {"--map-by", "node"};
  launch.exported = {"HEED_THREADS"};
  CHECK(
      joined(launch_command("mpirun", LauncherKind::openmpi_4, launch)) ==
      "mpirun --allow-run-as-root --hostfile hosts --quiet --bind-to none -x HEED_THREADS --map-by "
      "node -n 4 /bin/heed train a b.json");
  CHECK(joined(launch_command("mpiexec", LauncherKind::mpich, launch)) ==
        "mpiexec -f hosts -bind-to none --map-by node -n 4 /bin/heed train a b.json");
}

}  // namespace heed::testing::launch_test
