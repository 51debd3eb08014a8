// What can be seen of ranks without an MPI. tests/trials/ranks.py trains with several.
#include <cstdlib>

#include "heed/examples/cli/ranks/mpi_team.h"
#include "heed/examples/cli/ranks/tree_sum.h"
#include "heed/tests/examples/cli/program_run.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::program_ranks_test {
namespace {

/// An environment for as long as it lives: that of a rank of Open MPI, or of MPICH.
class AsRank {
 public:
  AsRank(const char* rank_name, const char* size_name, const char* rank)
      : rank_name_(rank_name), size_name_(size_name) {
    setenv(rank_name, rank, 1);
    setenv(size_name, "2", 1);
    setenv("HEED_MPI_LIBRARY", "/no/such/library.so", 1);
  }
  ~AsRank() {
    for (const char* name : {rank_name_, size_name_, "HEED_MPI_LIBRARY"}) unsetenv(name);
  }
  AsRank(const AsRank&) = delete;
  AsRank& operator=(const AsRank&) = delete;

 private:
  const char *rank_name_, *size_name_;
};

}  // namespace

TEST_CASE("a rank that cannot find its MPI does not train alone", "[program]") {
  const Folder folder;
  folder.write("a.json", R"({"task": {"type": "reverse"}})");
  const std::vector<std::string> line{"train", "a.json", "--out", "run"};
  for (const bool is_openmpi : {true, false}) {
    const AsRank rank(is_openmpi ? "OMPI_COMM_WORLD_RANK" : "PMI_RANK",
                      is_openmpi ? "OMPI_COMM_WORLD_SIZE" : "PMI_SIZE", "0");
    const Ended ended = run_heed(folder, line);
    CHECK(ended.exit_code == 1);
    CHECK(ended.err.find(is_openmpi ? "without Open MPI" : "without MPICH") != std::string::npos);
    CHECK(ended.err.find("./heed launch") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(folder / "run"));
  }
}

TEST_CASE("what all ranks say is said by rank 0", "[program]") {
  const Folder folder;
  const std::vector<std::string> wrong{"train", "--no-such-option"};
  {
    const AsRank rank("PMI_RANK", "PMI_SIZE", "1");
    const Ended ended = run_heed(folder, wrong);
    CHECK(ended.exit_code == 2);
    CHECK(ended.err.empty());
  }
  const AsRank rank("PMI_RANK", "PMI_SIZE", "0");
  CHECK(run_heed(folder, wrong).err.find("--no-such-option") != std::string::npos);
}

TEST_CASE("launch takes only train, and says what is missing", "[program]") {
  const Folder folder;
  const auto error_of = [&](const std::vector<std::string>& words) {
    const Ended ended = run_heed(folder, words);
    CHECK(ended.exit_code != 0);
    return ended.err;
  };
  CHECK(error_of({"launch", "-n", "2"}).find("COMMAND is required") != std::string::npos);
  CHECK(error_of({"launch", "-n", "2", "eval", "x"}).find("only train") != std::string::npos);
  CHECK(error_of({"launch", "-n", "0", "train", "x"}).find("at least 1") != std::string::npos);
  CHECK(error_of({"launch", "train", "x"}).find("-n") != std::string::npos);
  CHECK(error_of({"launch", "-n", "2", "--what", "train"}).find("--what") != std::string::npos);
  CHECK(error_of({"launch", "-n", "2", "--mpirun", "/no/mpirun", "train", "x"})
            .find("cannot be started") != std::string::npos);
  CHECK(
      error_of({"launch", "-n", "2", "--mpirun", "true", "train", "x"}).find("cannot be started") !=
      std::string::npos);
}

TEST_CASE("launch hands on the exit code of mpirun, and signals as SIGUSR1", "[program]") {
  const Folder folder;
  const auto end_of = [&](const std::string& script) {
    folder.write("mpirun", "#!/bin/sh\nif [ \"$1\" = --version ]; then echo Open MPI; exit; fi\n" +
                               script + "\n");
    std::filesystem::permissions(folder / "mpirun", std::filesystem::perms::owner_all);
    return run_heed(folder, {"launch", "-n", "2", "--mpirun", folder / "mpirun", "train", "x"});
  };
  CHECK(end_of("exit 0").exit_code == 0);
  CHECK(end_of("exit 75").exit_code == 75);
  CHECK(end_of("kill -9 $$").exit_code == 128 + 9);
  CHECK(end_of("while :; do case \"$1\" in */*) exit 0;; train) exit 3;; esac; shift; done")
            .exit_code == 0);  // the program comes before its arguments
  const std::string sleep =
      "; i=0; while [ $i -lt 500 ]; do sleep 0.02; i=$((i + 1)); done; exit 1";
  for (const auto& [name, number] :
       {std::pair{"INT", SIGINT}, {"TERM", SIGTERM}, {"HUP", SIGHUP}, {"USR1", SIGUSR1}}) {
    const std::string send = "kill -" + std::string(name) + " $PPID";
    // It ended well after SIGUSR1; or it was interrupted, as a shell wants to know.
    CHECK(end_of("trap 'exit 0' USR1; " + send + sleep).exit_code == 0);
    CHECK(end_of("trap 'exit 138' USR1; " + send + sleep).signal == number);
    // The second signal does not wait for anything.
    CHECK(end_of("trap '" + send + "' USR1; trap 'exit 7' TERM; " + send + sleep).signal == number);
  }
}

}  // namespace heed::testing::program_ranks_test
