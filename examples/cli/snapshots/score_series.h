// The scores of heads over the steps of a run.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "heed/examples/cli/figures/line_figure.h"
#include "heed/examples/cli/snapshots/snapshot.h"

namespace heed {

/// The names of all scores, in the order in which they first come.
std::vector<std::string> score_names(const std::vector<Snapshot>& snapshots);

/// A head with one score over steps.
struct HeadScore {
  std::string attention;  ///< its path
  int64_t head;
  Series series;  ///< without a name
};

/// A score of every head that has it, in the order of the model.
std::vector<HeadScore> score_series(const std::vector<Snapshot>& snapshots,
                                    const std::string& score);

/// The step at which a head begins to do what a score from 0 to 1 measures: from there on it has
/// half of its last score. None if that is below 0.3, or less than 0.2 above the first.
std::optional<double> step_of_appearance(const Series& series);

}  // namespace heed
