// The curves of runs as figures.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "heed/examples/cli/figures/line_figure.h"
#include "heed/examples/cli/report/report_figure.h"

namespace heed {

/// How curves are drawn.
struct CurveOptions {
  bool log_x = false, log_y = false;
  std::optional<double> smooth{};  ///< the weight of smoothed(); the raw lines stay, faint
  std::string x = "step";          ///< or "sequences" or "seconds"
};

/// The figure of a report, drawn so; `clocks` has one for each run. Throws ConfigError if nothing
/// in it is noisy and it is to be smoothed, or if a run does not say how many sequences or seconds
/// it took.
LineFigure curve_plot(ReportFigure curve, const std::vector<RunClock>& clocks,
                      const CurveOptions& options);

}  // namespace heed
