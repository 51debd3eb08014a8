#include "heed/examples/cli/inspect/runs/curve.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

namespace heed {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr size_t dots_across = 2, dots_down = 4;  // of a Braille letter

/// Where values lie between the least and the greatest, from 0 to 1.
struct TerminalScale {
  double low = infinity, high = -infinity;
  bool is_log = false;

  void include(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  double place_of(double value) const {
    if (!(high > low)) return 0.5;
    const double place = is_log
                             ? (std::log(value) - std::log(low)) / (std::log(high) - std::log(low))
                             : (value / 2 - low / 2) / (high / 2 - low / 2);  // no overflow
    return std::clamp(place, 0.0, 1.0);
  }
};

/// The point of a scale in so many equal parts.
size_t part_of(double place, size_t parts) {
  return std::min(static_cast<size_t>(place * static_cast<double>(parts)), parts - 1);
}

class Canvas {
 public:
  Canvas(size_t columns, size_t rows)
      : columns_(columns), rows_(rows), dots_(columns * rows), is_marked_(columns * rows) {}

  size_t dot_columns() const { return columns_ * dots_across; }
  size_t dot_rows() const { return rows_ * dots_down; }

  /// A dot, counted from the left and from the top.
  void add_dot(size_t x, size_t y) {
    constexpr std::array<std::array<uint8_t, dots_across>, dots_down> bits{
        {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}}};
    dots_[y / dots_down * columns_ + x / dots_across] |= bits[y % dots_down][x % dots_across];
  }
  void add_mark(size_t x, size_t y) {
    is_marked_[y / dots_down * columns_ + x / dots_across] = true;
  }
  std::string row(size_t index) const {
    std::string text;
    for (size_t i = index * columns_; i < (index + 1) * columns_; ++i) {
      text += is_marked_[i] ? "o" : dots_[i] == 0 ? " " : braille(dots_[i]);
    }
    return text;
  }

 private:
  /// The letter U+2800 + dots in UTF-8.
  static std::string braille(uint8_t dots) {
    return {'\xE2', static_cast<char>(0xA0 + (dots >> 6)), static_cast<char>(0x80 + (dots & 0x3F))};
  }

  size_t columns_, rows_;
  std::vector<uint8_t> dots_;
  std::vector<bool> is_marked_;
};

CurvePoints finite_points(CurvePoints points) {
  std::erase_if(points, [](const auto& point) {
    return !std::isfinite(point.first) || !std::isfinite(point.second);
  });
  return points;
}

/// The rows of a column of dots that a line crosses.
struct Span {
  size_t top, bottom;

  size_t middle() const { return top + (bottom - top) / 2; }
};
using Spans = std::vector<std::optional<Span>>;

Spans spans_of(const Canvas& canvas, const CurvePoints& line, const TerminalScale& x,
               const TerminalScale& y) {
  const size_t lowest = canvas.dot_rows() - 1;
  Spans spans(canvas.dot_columns());
  for (const auto& [at, value] : line) {
    const size_t row = lowest - part_of(y.place_of(value), canvas.dot_rows());
    auto& span = spans[part_of(x.place_of(at), canvas.dot_columns())];
    if (!span) span = {row, row};
    span = {std::min(span->top, row), std::max(span->bottom, row)};
  }
  return spans;
}

/// Each column from its least to its greatest value, and a straight line to the next one with any.
void draw_spans(Canvas& canvas, const Spans& spans) {
  size_t before = spans.size();
  for (size_t column = 0; column < spans.size(); ++column) {
    if (!spans[column]) continue;
    for (size_t row = spans[column]->top; row <= spans[column]->bottom; ++row) {
      canvas.add_dot(column, row);
    }
    for (size_t between = before + 1; between < column; ++between) {
      const double share =
          static_cast<double>(between - before) / static_cast<double>(column - before);
      const auto from = static_cast<double>(spans[before]->middle());
      const auto to = static_cast<double>(spans[column]->middle());
      canvas.add_dot(between, static_cast<size_t>(std::lround(from + share * (to - from))));
    }
    before = column;
  }
}

void draw_marks(Canvas& canvas, const CurvePoints& marks, const TerminalScale& x,
                const TerminalScale& y) {
  for (const auto& [at, value] : marks) {
    canvas.add_mark(part_of(x.place_of(at), canvas.dot_columns()),
                    canvas.dot_rows() - 1 - part_of(y.place_of(value), canvas.dot_rows()));
  }
}

}  // namespace

std::vector<std::string> drawn_curve(const CurvePoints& line, const CurvePoints& marks,
                                     size_t columns, size_t rows) {
  constexpr size_t label_width = 10, least_columns = 20, least_rows = 2;
  constexpr double widest_linear = 20;
  TerminalScale x, y;
  const CurvePoints of_line = finite_points(line), of_marks = finite_points(marks);
  for (const CurvePoints* points : {&of_line, &of_marks}) {
    for (const auto& [at, value] : *points) {
      x.include(at);
      y.include(value);
    }
  }
  if (of_line.empty() && of_marks.empty()) return {};
  y.is_log = y.low > 0 && y.high > widest_linear * y.low;
  Canvas canvas(std::max(columns, least_columns) - label_width - 1, std::max(rows, least_rows) - 1);
  draw_spans(canvas, spans_of(canvas, of_line, x, y));
  draw_marks(canvas, of_marks, x, y);
  std::vector<std::string> lines;
  const size_t drawn = std::max(rows, least_rows) - 1;
  for (size_t row = 0; row < drawn; ++row) {
    const std::string label = row == 0               ? fmt::format("{:.4g}", y.high)
                              : row + 1 == drawn     ? fmt::format("{:.4g}", y.low)
                              : row == 1 && y.is_log ? "log"
                                                     : "";
    lines.push_back(fmt::format("{:>{}}│{}", label, label_width, canvas.row(row)));
  }
  const size_t width = std::max(columns, least_columns) - label_width - 1;
  const std::string left = fmt::format("{:.0f}", x.low), right = fmt::format("{:.0f}", x.high);
  const size_t gap = width > left.size() + right.size() ? width - left.size() - right.size() : 1;
  lines.push_back(std::string(label_width + 1, ' ') + left + std::string(gap, ' ') + right);
  return lines;
}

}  // namespace heed
