// The curves of runs as figures.
#pragma once

#include <optional>

#include "heed/examples/cli/figures/line_figure.h"
#include "heed/examples/cli/report/report_figure.h"

namespace heed {

/// How curves are drawn.
struct CurveOptions {
  bool log_x = false, log_y = false;
  std::optional<double> smooth{};  ///< the weight of smoothed(); the raw lines stay, faint
};

/// The figure of a report, drawn so. Throws ConfigError if nothing in it is noisy and it is to be
/// smoothed.
LineFigure curve_plot(ReportFigure curve, const CurveOptions& options);

}  // namespace heed
