// MpiTeam: the ranks that mpirun has started.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "heed/examples/cli/ranks/launched_rank.h"
#include "heed/examples/cli/ranks/mpi_interface.h"
#include "heed/examples/cli/ranks/team.h"
#include "heed/framework/base/error.h"

namespace heed {

/// The ranks cannot work together: an MPI is missing, or another rank is not what it should be.
struct RankError : TextError<RankError> {
  using TextError::TextError;
};

/// How a process ends when another rank has died or is stuck: the checkpoints are whole, and a
/// launcher that starts it again may resume.
inline constexpr int rank_lost_code = 75;

/// Seconds after which a rank that gives no sign of life is dead.
inline constexpr double signs_of_life_patience = 5;

class MpiTeam final : public Team {
 public:
  /// Loads the library for the launcher's MPI and begins, as all ranks do. Throws RankError if
  /// there is none. `report` gets what to say about other ranks, from any thread.
  static std::unique_ptr<MpiTeam> join(const LaunchedRank& launched, double rank_timeout,
                                       void (*report)(const char* text));

  void gather(std::span<const std::byte> mine, std::span<const int64_t> sizes,
              std::span<std::byte> all) override;
  void exchange(std::span<const std::byte> mine, std::span<const int64_t> outgoing,
                std::span<std::byte> theirs, std::span<const int64_t> incoming) override;
  void get_on(const char* work, int64_t number) override { mpi_->get_on(work, number); }

  std::string mpi_name() const { return mpi_->name; }
  /// Collective: the last call.
  void finish() { mpi_->finish(); }
  /// Ends this process and all other ranks, which say nothing more.
  [[noreturn]] void fail(int code);

 private:
  explicit MpiTeam(const HeedMpi* mpi) : Team(mpi->rank, mpi->size), mpi_(mpi) {}
  const HeedMpi* mpi_;
};

}  // namespace heed
