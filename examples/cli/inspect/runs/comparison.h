// Comparison: runs of one task in settings, which differ in more than the seed, and what that
// shows.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "heed/examples/cli/runs/run_summary.h"
#include "heed/examples/cli/statistics/statistics.h"

namespace heed {

/// Which evaluations of a run are compared.
enum class Compared {
  best,  ///< the lowest held-out loss and the highest sequence accuracy
  last   ///< the last evaluation
};

/// A number of each run of a setting: seed → value. Runs without it are not in it.
using ValueBySeed = std::map<int64_t, double>;

/// Runs that differ in nothing but the seed.
struct Setting {
  std::string name;                 ///< "A" of the first run's, "B", …
  std::vector<std::string> values;  ///< of Comparison::keys
  std::vector<size_t> runs;         ///< indices into Comparison::runs
  ValueBySeed losses, accuracies;
  int64_t solved = 0;  ///< how many of the runs
};

/// What a setting is more than the first that was evaluated, paired by seed.
struct Difference {
  std::string from, to;  ///< names of settings
  Summary loss, accuracy;
};

struct Comparison {
  std::vector<RunSummary> runs;   ///< those that count
  std::vector<std::string> keys;  ///< in which the settings differ, without the seed
  std::vector<Setting> settings;
  std::vector<Difference> differences;
  std::vector<std::string> notes;  ///< runs that do not count, or not fully; for people
};

/// Of a run that is given twice, and of runs with the same configuration and seed, one counts: that
/// with the most steps. A damaged run does not count. Throws ConfigError if the runs are of
/// different tasks, RunError if none counts.
Comparison compare_runs(const std::vector<RunSummary>& runs, Compared compared);

}  // namespace heed
