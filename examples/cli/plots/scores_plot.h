// The scores of a run's heads over steps, as a figure.
#pragma once

#include <string>
#include <vector>

#include "heed/examples/cli/figures/line_figure.h"
#include "heed/examples/cli/snapshots/snapshot.h"

namespace heed {

/// A line for each head and each of `scores`; none: the pattern of attention that is strongest at
/// the end. Of more than eight lines those that stand out have names, the others are faint. Where a
/// head begins to follow a pattern there is a mark. Throws ConfigError, naming the option, for a
/// score that the snapshots do not have.
LineFigure scores_plot(const std::string& run, const std::vector<Snapshot>& snapshots,
                       std::vector<std::string> scores);

/// Paths without the parts that all have in common at their start and end: "blocks.0" and
/// "blocks.1" of "encoder.blocks.0.attention" and "encoder.blocks.1.attention"; of a single path
/// nothing is left.
std::vector<std::string> shortened_paths(const std::vector<std::string>& paths);

}  // namespace heed
