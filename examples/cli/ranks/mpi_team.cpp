#include "heed/examples/cli/ranks/mpi_team.h"

#include <dlfcn.h>

#include <array>
#include <cstdlib>
#include <vector>

#include "heed/examples/cli/config/program_name.h"

namespace heed {
namespace {

/// Where the library may be: beside a program that was built, beside one that was installed, where
/// heed was installed, for a program of one's own, and where Debian's package puts it.
std::vector<std::string> libraries_for(const std::string& mpi) {
  if (const char* path = std::getenv("HEED_MPI_LIBRARY")) return {path};
  const std::string name = "heed_" + mpi + ".so";
  const auto folder = running_program().parent_path();
  return {(folder.parent_path() / HEED_MPI_FOLDER / name).string(),
          std::string(HEED_INSTALLED_MPI_FOLDER) + "/" + name, "/usr/lib/heed/" + name};
}

void* loaded(const std::string& mpi) {
  std::string faults;
  for (const std::string& path : libraries_for(mpi)) {
    // Global: an MPI loads parts of itself that look for their symbols there.
    if (void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL)) return library;
    faults += std::string("; ") + dlerror();
  }
  throw RankError("heed train: mpirun has started several ranks, but this heed was built without ",
                  mpi == "openmpi" ? "Open MPI" : "MPICH",
                  ": `./heed launch` installs it and builds what is missing, or install ",
                  mpi == "openmpi" ? "openmpi-bin and libopenmpi-dev" : "mpich and libmpich-dev",
                  " and build again", faults);
}

}  // namespace

std::unique_ptr<MpiTeam> MpiTeam::join(const LaunchedRank& launched, double rank_timeout,
                                       void (*report)(const char* text)) {
  void* library = loaded(launched.mpi);  // never closed: an MPI can be begun once
  const auto begin = reinterpret_cast<HeedMpiBegin>(dlsym(library, HEED_MPI_ENTRY));
  if (begin == nullptr) {
    throw RankError("heed train: the library for ", launched.mpi, " has no ", HEED_MPI_ENTRY);
  }
  const HeedMpiOptions options{.version = HEED_MPI_VERSION,
                               .patience = signs_of_life_patience,
                               .rank_timeout = rank_timeout,
                               .failure_code = rank_lost_code,
                               .report = report};
  std::array<char, 256> fault{};
  const HeedMpi* mpi = begin(&options, fault.data(), static_cast<int>(fault.size()));
  if (mpi == nullptr) throw RankError("heed train: ", launched.mpi, ": ", fault.data());
  if (mpi->size != launched.size || mpi->rank != launched.rank) {
    throw RankError("heed train: the launcher says rank ", launched.rank, " of ", launched.size,
                    ", ", mpi->name, " says rank ", mpi->rank, " of ", mpi->size,
                    "; mpirun must be that of the MPI that heed was built with");
  }
  return std::unique_ptr<MpiTeam>(new MpiTeam(mpi));
}

void MpiTeam::gather(std::span<const std::byte> mine, std::span<const int64_t> sizes,
                     std::span<std::byte> all) {
  mpi_->gather(mine.data(), sizes.data(), all.data());
}

void MpiTeam::exchange(std::span<const std::byte> mine, std::span<const int64_t> outgoing,
                       std::span<std::byte> theirs, std::span<const int64_t> incoming) {
  mpi_->exchange(mine.data(), outgoing.data(), theirs.data(), incoming.data());
}

void MpiTeam::fail(int code) {
  mpi_->fail(code);
  std::abort();  // fail does not return
}

}  // namespace heed
