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

}  // namespace

LineFigure curve_plot(ReportFigure curve, const CurveOptions& options) {
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
