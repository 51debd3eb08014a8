// The section of scores: what a run's heads do, in numbers, over its steps.
#pragma once

#include <string>
#include <vector>

#include "heed/examples/cli/report/report_figure.h"
#include "heed/examples/cli/snapshots/snapshot.h"

namespace heed {

struct ScoresSection {
  std::string html;                   ///< empty: there are none
  std::vector<ReportFigure> figures;  ///< that it has places for
};

/// Scores of heads over steps, and all of the last snapshot as a table.
ScoresSection scores_section(const std::vector<Snapshot>& snapshots);

/// The step at which the heads begin to look for what followed the current token earlier, and the
/// head that does: none if there is no such head.
std::vector<Mark> induction_marks(const std::vector<Snapshot>& snapshots);

}  // namespace heed
