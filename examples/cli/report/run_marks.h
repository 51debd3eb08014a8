// What happened to a run, as marks in its curves.
#pragma once

#include <vector>

#include "heed/examples/cli/figures/line_figure.h"
#include "heed/examples/cli/report/run_report.h"

namespace heed {

/// The best evaluation, where the run was resumed, where it diverged, and where induction appears.
std::vector<Mark> run_marks(const RunReport& report);

}  // namespace heed
