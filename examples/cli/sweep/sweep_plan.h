// SweepPlan: the runs of a sweep. A setting is one choice of values for the keys that --set lists;
// its runs differ only in train.seed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "heed/examples/cli/config/config.h"
#include "heed/examples/cli/sweep/swept_key.h"

namespace heed {

class SweepConfig;

struct PlannedRun {
  std::string name;  ///< of its directory
  /// What `heed train` is given as --set: that of the setting, train.seed, and files of CONFIG.
  std::vector<std::string> sets;
  Config config;  ///< what they make of CONFIG

  /// The part of `sets` that it has in common with the other runs of its setting.
  std::vector<std::string> setting() const;
};

struct SweepPlan {
  std::vector<PlannedRun> runs;  ///< in the order in which they start
};

/// What a command line asks for.
struct SweepRequest {
  std::vector<SweptKey> keys;      ///< without train.seed
  std::vector<std::string> seeds;  ///< values of train.seed; none: that of CONFIG …
  int64_t seed_count = 1;          ///< … and so many from there on
  std::optional<int64_t> sample;   ///< how many settings the plan is to have; none: all
  int64_t shuffle_seed = 0;        ///< of the order of the settings, and of the sample
};

/// Reads --set and --seeds. Throws ConfigError with all faults.
SweepRequest read_request(const std::vector<std::string>& sets, std::optional<int64_t> seeds);

/// Adds the runs that the plan lacks after those it has: for the first seed all settings, then for
/// the second one …, settings that the plan knows before new ones, and these shuffled. Whether it
/// knows a setting depends on what it means, not on how it is written: 1e-3 is 0.001. A sample
/// leaves out what is shuffled to the end. Throws ConfigError, also for values that do not go
/// together, with all faults; the plan is then unchanged.
void extend_plan(SweepPlan& plan, const SweepRequest& request, const SweepConfig& source);

}  // namespace heed
