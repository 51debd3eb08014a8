#include "heed/examples/cli/figures/line_figure.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "heed/examples/cli/figures/line_frame.h"
#include "heed/examples/cli/figures/line_path.h"
#include "heed/examples/cli/figures/palette.h"
#include "heed/examples/cli/figures/svg.h"
#include "heed/examples/cli/figures/thin.h"
#include "heed/framework/base/error.h"
#include "heed/framework/base/text.h"

namespace heed {
namespace {

constexpr size_t most_with_markers = 40;  // points: more markers would hide the line

void check_lengths(const LineFigure& figure) {
  for (const Series& series : figure.series) {
    const size_t count = series.x.size();
    const bool has_band = !series.low.empty() || !series.high.empty();
    if (series.y.size() == count &&
        (!has_band || (series.low.size() == count && series.high.size() == count))) {
      continue;
    }
    throw ShapeError("figure: the parts of \"", printable(series.name),
                     "\" differ in length: ", count, " x, ", series.y.size(), " y, ",
                     series.low.size(), " low, ", series.high.size(), " high");
  }
}

/// A faint line shares the colour of the line in front of it, which comes next.
std::vector<size_t> colours_of(const std::vector<Series>& series) {
  std::vector<size_t> colours;
  size_t next = 0;
  for (const Series& each : series) {
    colours.push_back(next);
    if (!each.is_faint && !each.is_grey) ++next;
  }
  return colours;
}

bool is_shown(const LineFigure& figure, double x, double y) {
  const auto shows = [](double value, bool is_log) {
    return std::isfinite(value) && !(is_log && value <= 0);
  };
  return shows(x, figure.log_x) && shows(y, figure.log_y);
}

/// Points that a logarithmic axis leaves out although they are numbers.
int64_t left_out(const LineFigure& figure) {
  int64_t count = 0;
  for (const Series& series : figure.series) {
    for (size_t i = 0; i < series.x.size(); ++i) {
      count += std::isfinite(series.x[i]) && std::isfinite(series.y[i]) &&
               !is_shown(figure, series.x[i], series.y[i]);
    }
  }
  return count;
}

LineFrame frame_of(const LineFigure& figure) {
  ValueRange x, y;
  for (const Series& series : figure.series) {
    for (size_t i = 0; i < series.x.size(); ++i) {
      if (is_shown(figure, series.x[i], series.y[i])) {
        x.include(series.x[i], figure.log_x);
        y.include(series.y[i], figure.log_y);
      }
      if (series.low.empty() || !is_shown(figure, series.x[i], series.high[i])) continue;
      y.include(series.low[i], figure.log_y);
      y.include(series.high[i], figure.log_y);
    }
  }
  for (const Mark& mark : figure.marks) x.include(mark.x, figure.log_x);
  for (const double value : figure.y_holds) y.include(value, figure.log_y);
  return {figure, x.widened(0, figure.log_x), y.widened(0.03, figure.log_y)};
}

void draw_band(SvgWriter& svg, const LineFrame& frame, const Series& series, size_t colour) {
  if (series.low.empty()) return;
  const Band band = thinned(Band{series.x, series.low, series.high});
  svg.element("path", {{"class", fmt::format("band band-{}", colour % line_colours.size())},
                       {"fill", line_colour(colour)},
                       {"fill-opacity", 0.2},
                       {"d", band_path(frame, band)}});
}

void draw_line(SvgWriter& svg, const LineFrame& frame, const Series& series, size_t colour) {
  const std::vector<size_t> kept = thinned(series.y);
  const LinePath path = line_path(frame, series, kept);
  const bool is_behind = series.is_faint || series.is_grey;
  const std::string name =
      series.is_grey ? "grey" : fmt::format("line-{}", colour % line_colours.size());
  const std::string_view ink = series.is_grey ? "currentColor" : line_colour(colour);
  svg.element("path", {{"class", "line " + name + (series.is_faint ? " faint" : "")},
                       {"fill", "none"},
                       {"stroke", ink},
                       {"stroke-width", is_behind ? 1 : 1.6},
                       {"stroke-opacity", is_behind ? 0.35 : 1},
                       {"stroke-dasharray", series.is_grey ? "none" : line_dashes(colour)},
                       {"stroke-linejoin", "round"},
                       {"d", path.line}});
  if (is_behind) return;
  std::string markers;
  for (const auto& [x, y] : kept.size() <= most_with_markers ? path.points : path.single_points) {
    markers += line_marker(colour, x, y);
  }
  if (markers.empty()) return;
  svg.element("path", {{"class", "marker " + name}, {"fill", ink}, {"d", markers}});
}

}  // namespace

bool has_points(const LineFigure& figure) {
  for (const Series& series : figure.series) {
    for (size_t i = 0; i < std::min(series.x.size(), series.y.size()); ++i) {
      if (is_shown(figure, series.x[i], series.y[i])) return true;
    }
  }
  return false;
}

std::string svg_of(const LineFigure& figure) {
  check_lengths(figure);
  const std::vector<size_t> colours = colours_of(figure.series);
  const LineFrame frame = frame_of(figure);
  SvgWriter svg(figure.width, std::ceil(frame.height()), figure.title, figure.about);
  frame.draw_axes(svg);
  const int64_t hidden = left_out(figure);
  if (!has_points(figure)) {
    frame.draw_note(svg, "no number to draw");
  } else if (hidden > 0) {
    frame.draw_note(svg,
                    counted(hidden, "point") + " at or below 0 left out: the axis is logarithmic");
  }
  for (size_t i = 0; i < colours.size(); ++i) draw_band(svg, frame, figure.series[i], colours[i]);
  for (const bool is_grey : {true, false}) {  // grey lines lie behind
    for (size_t i = 0; i < colours.size(); ++i) {
      const Series& series = figure.series[i];
      if (series.is_grey == is_grey) draw_line(svg, frame, series, colours[i]);
    }
  }
  frame.draw_names(svg, colours);
  return std::move(svg).finish();
}

}  // namespace heed
