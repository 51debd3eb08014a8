// RunSummary: what a run is and how far it came, from the files of its directory.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "heed/examples/cli/runs/flat_config.h"
#include "heed/examples/cli/runs/metrics.h"
#include "heed/examples/cli/runs/run_record.h"

namespace heed {

enum class RunState {
  running,      ///< a process has its lock
  done,         ///< finished
  interrupted,  ///< by a signal, with a checkpoint
  diverged,
  failed,
  killed,   ///< its process could not say how it ended
  unknown,  ///< heed kept no record then, and not all steps were taken
  damaged   ///< a file cannot be read
};
/// "running", …
std::string_view name_of(RunState state);

/// A run counts as solved if a held-out sequence accuracy reached its train.stop_at, or this.
inline constexpr double usual_solved_accuracy = 0.99;

struct RunSummary {
  std::string path;
  std::string name;  ///< the last part of the path
  std::string task;  ///< "" if it is not known
  RunState state = RunState::unknown;
  std::string why{};  ///< what is damaged; the end that run.json has of a run that failed, diverged
  JsonValue config{};  ///< config.json
  FlatConfig values{};
  ShippedChanges shipped{};
  int64_t step = 0;                ///< taken
  std::optional<int64_t> steps{};  ///< wanted
  /// The evaluations with the lowest held-out loss and with the highest sequence accuracy, the
  /// first of equal ones, and the last of all; none of them has a loss or an accuracy of NaN, but
  /// `last`.
  std::optional<MeasuredEvaluation> best{}, most_accurate{}, last{};
  bool solved = false;
  double seconds = 0;  ///< of all processes that are known to have trained it
  std::vector<Session> sessions{};
  std::vector<std::string> warnings{};  ///< of its metrics

  /// The seed of weights and dropout.
  std::optional<int64_t> seed() const;
  /// When it was begun, as "2026-05-01T12:00:00Z"; "" if that is not known.
  std::string started() const { return sessions.empty() ? "" : sessions.front().started; }
};

/// Seconds since 1970 of a time as run.json has it; none of any other text.
std::optional<double> utc_seconds(const std::string& time);

/// Reads a run directory; what is wrong with it makes it RunState::damaged. The rest is as far as
/// it could be read.
RunSummary read_summary(const std::string& run);
/// The same with metrics that were read before; none: they cannot be read.
RunSummary read_summary(const std::string& run, const Metrics& metrics);

/// Runs whose configurations differ in nothing but train.seed: indices into `runs`, in its order.
using RunGroup = std::vector<size_t>;
std::vector<RunGroup> group_by_seed(const std::vector<RunSummary>& runs);

}  // namespace heed
