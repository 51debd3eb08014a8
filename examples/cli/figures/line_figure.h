// LineFigure: curves over one axis as an SVG.
#pragma once

#include <string>
#include <vector>

namespace heed {

/// A line through points in the order of x. NaN and infinities are gaps. x, y, and low and high if
/// there are any, have one length.
struct Series {
  std::string name;  ///< stands at the end of the line; empty: nothing does
  std::vector<double> x, y;
  std::vector<double> low{}, high{};  ///< bounds of a band around the line
  bool is_faint = false;              ///< behind the next series, in its colour, without a name
  bool is_grey = false;               ///< one of many, that does not stand out
};

/// Something that happened, as a vertical line.
struct Mark {
  double x;
  std::string label;
};

struct LineFigure {
  std::string title;
  std::string about;  ///< one sentence: what the figure shows, for those who cannot see it
  std::string x_name, y_name;
  bool log_x = false, log_y = false;  ///< what is not positive is then left out, and counted
  std::vector<Series> series;
  std::vector<Mark> marks{};
  std::vector<double> y_holds{};     ///< values that the y axis holds in any case, such as 0 and 1
  double width = 640, height = 320;  ///< higher if the names of all lines need it
};

/// Whether a figure has a point that can be drawn.
bool has_points(const LineFigure& figure);

/// A complete <svg>…</svg>; of a figure without points its axes. Throws ShapeError if the parts of
/// a series differ in length.
std::string svg_of(const LineFigure& figure);

}  // namespace heed
