#include "heed/examples/cli/plots/curve_plot.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/figures/smooth.h"

namespace heed {
namespace {

/// Each noisy line smoothed, with the raw one behind it.
std::vector<Series> with_smoothed(std::vector<Series> all, const std::vector<size_t>& noisy,
                                  double weight) {
  std::vector<Series> result;
  for (size_t i = 0; i < all.size(); ++i) {
    if (std::find(noisy.begin(), noisy.end(), i) == noisy.end()) {
      result.push_back(std::move(all[i]));
      continue;
    }
    Series smooth = smoothed(all[i], weight);
    all[i].is_faint = true;
    all[i].name = "";
    result.push_back(std::move(all[i]));
    result.push_back(std::move(smooth));
  }
  return result;
}

/// Between two knots in proportion; before the first, from the start of the run.
double seconds_at(const RunClock& clock, double step) {
  const auto next = std::lower_bound(clock.steps.begin(), clock.steps.end(), step);
  if (next == clock.steps.end()) return clock.seconds.back();
  const auto i = static_cast<size_t>(next - clock.steps.begin());
  const double from = i == 0 ? 0 : clock.steps[i - 1], start = i == 0 ? 0 : clock.seconds[i - 1];
  return start + (step - from) / (*next - from) * (clock.seconds[i] - start);
}

double at_unit(const RunClock& clock, const std::string& x, double step) {
  return x == "sequences" ? step * clock.batch_size : seconds_at(clock, step);
}

void move_to(ReportFigure& curve, const std::vector<RunClock>& clocks, const std::string& x) {
  for (const RunClock& clock : clocks) {
    const bool is_known = x == "sequences" ? clock.batch_size > 0 : !clock.steps.empty();
    if (!is_known) refuse("--x " + x, "a run does not say how many " + x + " it took");
  }
  for (size_t i = 0; i < curve.figure.series.size(); ++i) {
    const RunClock& clock = clocks[curve.runs.empty() ? 0 : curve.runs[i]];
    for (double& value : curve.figure.series[i].x) value = at_unit(clock, x, value);
  }
  for (Mark& mark : curve.figure.marks) mark.x = at_unit(clocks[0], x, mark.x);
  curve.figure.x_name = x;
}

}  // namespace

LineFigure curve_plot(ReportFigure curve, const std::vector<RunClock>& clocks,
                      const CurveOptions& options) {
  if (options.x != "step") move_to(curve, clocks, options.x);
  LineFigure figure = std::move(curve.figure);
  figure.log_x = options.log_x;
  figure.log_y = options.log_y;
  if (options.smooth) {
    if (curve.noisy.empty()) refuse("--smooth", "this figure has no noisy line to smooth");
    figure.series = with_smoothed(std::move(figure.series), curve.noisy, *options.smooth);
  }
  return figure;
}

}  // namespace heed
