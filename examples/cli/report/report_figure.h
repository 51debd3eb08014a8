// ReportFigure: curves as a report shows them: a picture that is there without scripts, data that
// the page's script draws again to be read point by point, and a table.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/figures/line_figure.h"

namespace heed {

struct ReportFigure {
  std::string id;  ///< letters and dashes, of no other figure of the page
  LineFigure figure;
  bool is_over_steps = true;    ///< its x are steps, which may be shown as sequences or seconds
  bool is_curve = false;        ///< of training: has the controls of the section
  std::vector<size_t> noisy{};  ///< series that may be smoothed
  /// The run of each series, whose batch and clock turn steps into sequences and seconds; empty:
  /// the first one's.
  std::vector<size_t> runs{};
};

/// From the steps of a run to sequences and seconds.
struct RunClock {
  double batch_size = 0;                   ///< 0: not known
  std::vector<double> steps{}, seconds{};  ///< knots; empty: not known
};

/// What the script draws the figures from, under "axes", "clocks" and "figures". Series are thinned
/// to what a figure can show, all of them together to what a page can hold.
JsonValue figures_json(const std::vector<ReportFigure>& figures,
                       const std::vector<RunClock>& clocks);

/// The element <figure> with its table, and if it is a curve with a picture for where scripts are
/// not.
std::string figure_html(const ReportFigure& figure);

/// A number as texts and tables of a report show it: so many digits that count, "–" for NaN.
std::string shown_number(double value, int digits = 4);

}  // namespace heed
