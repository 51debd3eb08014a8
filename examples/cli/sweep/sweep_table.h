// What came of a sweep: a line for each setting, the best one first.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/inspect/runs/comparison.h"

namespace heed {

/// A setting is better if its mean lowest held-out loss is lower. Those of which a run diverged, or
/// was never evaluated, come after all others: a mean of the runs that went well is no mean.
struct SweepTable {
  Comparison comparison;
  std::vector<size_t> order;     ///< of its settings, the best first
  std::vector<size_t> diverged;  ///< how many runs of each setting
  bool has_best = false;         ///< whether the first one is whole

  /// For people: numbers are rounded. The sentence about the best setting stands below it.
  std::string text() const;
  std::string markdown() const;
  /// All numbers; settings in the order of the plan.
  JsonValue json() const;
  std::string csv() const;

  /// The best setting, and whether it is shown to differ from the next; "" without one.
  std::string best_text() const;
};

/// Of runs that are compared: see compare_runs, whose errors it throws.
SweepTable sweep_table(const std::vector<RunSummary>& runs);

}  // namespace heed
