// LineFrame: what surrounds the lines of a figure: axes, marks, and the names at the lines' ends.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "heed/examples/cli/figures/line_figure.h"
#include "heed/examples/cli/figures/scale.h"
#include "heed/examples/cli/figures/svg.h"

namespace heed {

class LineFrame {
 public:
  /// The figure is used as long as the frame.
  LineFrame(const LineFigure& figure, ValueRange x, ValueRange y);

  double height() const { return bottom_ + 38; }
  const Scale& x() const { return x_; }
  const Scale& y() const { return y_; }

  /// Title, axes, grid and marks.
  void draw_axes(SvgWriter& svg) const;
  /// A remark below the title.
  void draw_note(SvgWriter& svg, std::string_view note) const;
  /// Each line's name at its end, with a sample of the line; names that would overlap are moved.
  void draw_names(SvgWriter& svg, const std::vector<size_t>& colours) const;

 private:
  struct PlacedMark {
    double x, start, end;  ///< of the line, and of the label beside it
    std::string label;
    size_t row = 0;  ///< above the plot, 0 being the lowest
  };
  struct PlacedName {
    std::string name;
    size_t series;
    double end;  ///< where the line ends; NaN if it does not reach the right edge
    double y;
  };

  std::vector<PlacedMark> placed_marks() const;
  /// Gives the last mark the lowest row in which no label meets another or a line.
  static void place(std::vector<PlacedMark>& marks);
  std::vector<PlacedName> placed_names() const;
  void draw_x_axis(SvgWriter& svg) const;
  void draw_y_axis(SvgWriter& svg) const;
  void draw_marks(SvgWriter& svg) const;

  const LineFigure& figure_;
  double left_, right_, top_, bottom_;  // of the plot
  Scale x_, y_;
  std::vector<Tick> y_ticks_;
  std::vector<PlacedMark> marks_;
  std::vector<PlacedName> names_;
};

}  // namespace heed
