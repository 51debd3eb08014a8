// The curves of one run: loss, accuracy, learning rate, gradient norm.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "heed/examples/cli/report/report_figure.h"
#include "heed/examples/cli/runs/metrics.h"

namespace heed {

/// What a run has measured, as figures over steps; those of which nothing was measured are left
/// out.
std::vector<ReportFigure> curves_of(const Metrics& metrics, const std::vector<Mark>& marks);

/// Its clock, from the measured speed of each step: scaled so that all of it took `seconds`; no
/// seconds if that is NaN.
RunClock clock_of(const Metrics& metrics, double batch_size, double seconds);

/// Held-out values by step.
Series held_out_series(const Metrics& metrics, const std::string& name,
                       double MeasuredAccuracy::*value);
/// Values of each step.
Series step_series(const Metrics& metrics, const std::string& name, double MeasuredStep::*value);

}  // namespace heed
