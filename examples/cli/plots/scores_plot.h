// The scores of a run's heads over steps, as a figure.
#pragma once

#include <string>
#include <vector>

#include "heed/examples/cli/figures/line_figure.h"
#include "heed/examples/cli/snapshots/snapshot.h"

namespace heed {

/// A line for each head and each of `scores`; none: the pattern of attention that is strongest at
/// the end. Of more than six lines those that stand out have names, the others are faint. Where a
/// head begins to follow a pattern there is a mark. Throws ConfigError, naming the option, for a
/// score that the snapshots do not have.
LineFigure scores_plot(const std::string& run, const std::vector<Snapshot>& snapshots,
                       std::vector<std::string> scores);

}  // namespace heed
