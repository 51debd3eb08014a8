#include "heed/examples/cli/figures/line_frame.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "heed/examples/cli/figures/palette.h"
#include "heed/framework/base/text.h"

namespace heed {
namespace {

constexpr double small_font = 10;
constexpr double mark_row = 13, name_row = 13;
constexpr double lead_length = 14,
                 sample_length = 16;  // from a line's end to the sample before its name
constexpr size_t longest_name = 40, longest_label = 40;
constexpr double nowhere = std::numeric_limits<double>::quiet_NaN();

double widest_text(const std::vector<std::string>& texts, double size) {
  double width = 0;
  for (const std::string& text : texts) width = std::max(width, text_width(text, size));
  return width;
}

/// A faint line has the name of the line in front of it.
bool has_name(const Series& series) {
  return !series.name.empty() && !series.is_faint;
}

double names_width(const LineFigure& figure) {
  double width = 0;
  for (const Series& series : figure.series) {
    if (!has_name(series)) continue;
    width = std::max(width, text_width(shown_text(series.name, longest_name), small_font));
  }
  return width == 0 ? 14 : lead_length + sample_length + width + 12;
}

double ticks_width(const std::vector<Tick>& ticks) {
  std::vector<std::string> labels;
  for (const Tick& tick : ticks) labels.push_back(tick.label);
  return widest_text(labels, small_font);
}

size_t names_count(const LineFigure& figure) {
  return static_cast<size_t>(std::count_if(figure.series.begin(), figure.series.end(), has_name));
}

/// As much of a text as fits into a width.
std::string fitted(const std::string& text, double width) {
  size_t letters = 3 * longest_label;
  std::string cut = shown_text(text, letters);
  while (letters > 1 && text_width(cut, small_font) > width) cut = shown_text(text, --letters);
  return cut;
}

int ticks_for(double length, double each) {
  return std::max(2, static_cast<int>(length / each));
}

}  // namespace

LineFrame::LineFrame(const LineFigure& figure, ValueRange x, ValueRange y)
    : figure_(figure),
      left_(0),
      right_(figure.width - names_width(figure)),
      top_(figure.title.empty() ? 10 : 30),
      bottom_(figure.height - 38),
      x_(x, figure.log_x, 0, 1),
      y_(y, figure.log_y, 1, 0) {
  y_ticks_ = y_.ticks(ticks_for(bottom_ - top_, 38));
  left_ = 34 + ticks_width(y_ticks_);
  right_ = std::max(right_, left_ + 120);
  x_ = Scale(x, figure.log_x, left_, right_);
  marks_ = placed_marks();
  size_t rows = 0;
  for (const PlacedMark& mark : marks_) rows = std::max(rows, mark.row + 1);
  top_ += mark_row * static_cast<double>(rows);
  const double least = std::max(80.0, name_row * static_cast<double>(names_count(figure)));
  bottom_ = std::max(bottom_, top_ + least);
  y_ = Scale(y, figure.log_y, bottom_, top_);
  names_ = placed_names();
}

std::vector<LineFrame::PlacedMark> LineFrame::placed_marks() const {
  std::map<double, std::string> labels;  // what happened at one place has one line
  for (const Mark& mark : figure_.marks) {
    if (!x_.shows(mark.x)) continue;
    std::string& label = labels[mark.x];
    label += (label.empty() ? "" : ", ") + shown_text(mark.label, longest_label);
  }
  std::vector<PlacedMark> placed;
  for (auto mark = labels.rbegin(); mark != labels.rend(); ++mark) {
    const double x = x_.position(mark->first), right = figure_.width - x;
    const bool is_left = text_width(mark->second, small_font) + 8 > right && x > right;
    const std::string label = fitted(mark->second, std::max(x, right) - 8);
    const double width = text_width(label, small_font) + 8;
    placed.push_back({x, is_left ? x - width : x, is_left ? x : x + width, label});
    place(placed);
  }
  return placed;
}

void LineFrame::place(std::vector<PlacedMark>& marks) {
  PlacedMark& mark = marks.back();
  const auto is_free = [&](const PlacedMark& other) {
    if (&other == &mark) return true;
    const bool is_crossed = other.x > mark.start && other.x < mark.end && other.row >= mark.row;
    const bool crosses = mark.x > other.start && mark.x < other.end && mark.row >= other.row;
    const bool overlaps = mark.row == other.row && mark.start < other.end && other.start < mark.end;
    return !is_crossed && !crosses && !overlaps;
  };
  for (mark.row = 0; mark.row < marks.size(); ++mark.row) {
    if (std::all_of(marks.begin(), marks.end(), is_free)) return;
  }
}

std::vector<LineFrame::PlacedName> LineFrame::placed_names() const {
  std::vector<PlacedName> placed;
  for (size_t s = 0; s < figure_.series.size(); ++s) {
    const Series& series = figure_.series[s];
    if (!has_name(series)) continue;
    size_t last = series.x.size();
    while (last > 0 && !(x_.shows(series.x[last - 1]) && y_.shows(series.y[last - 1]))) --last;
    const double y = last == 0 ? bottom_ : y_.position(series.y[last - 1]);
    const bool is_at_edge = last > 0 && x_.position(series.x[last - 1]) > right_ - 12;
    placed.push_back({shown_text(series.name, longest_name), s, is_at_edge ? y : nowhere, y});
  }
  std::stable_sort(placed.begin(), placed.end(),
                   [](const PlacedName& a, const PlacedName& b) { return a.y < b.y; });
  double above = top_ - name_row / 2;
  for (PlacedName& name : placed) above = name.y = std::max(name.y, above + name_row);
  double below = bottom_ + name_row / 2;
  for (auto name = placed.rbegin(); name != placed.rend(); ++name) {
    below = name->y = std::min(name->y, below - name_row);
  }
  return placed;
}

void LineFrame::draw_axes(SvgWriter& svg) const {
  if (!figure_.title.empty()) {
    svg.text(10, 18, shown_text(figure_.title, static_cast<size_t>(figure_.width / 8)),
             {{"class", "title"}, {"font-size", 13}, {"font-weight", "bold"}});
  }
  draw_y_axis(svg);
  draw_x_axis(svg);
  draw_marks(svg);
}

void LineFrame::draw_x_axis(SvgWriter& svg) const {
  svg.open("g", {{"class", "axis x-axis"}, {"font-size", small_font}, {"text-anchor", "middle"}});
  std::string lines =
      fmt::format("M{} {}H{}", svg_number(left_), svg_number(bottom_), svg_number(right_));
  double free_from = 0;
  for (const Tick& tick : x_.ticks(ticks_for(right_ - left_, 75))) {
    const double x = x_.position(tick.value);
    lines +=
        fmt::format("M{} {}v{}", svg_number(x), svg_number(bottom_), tick.label.empty() ? 3 : 5);
    const double width = text_width(tick.label, small_font);
    if (tick.label.empty() || x - width / 2 < free_from) continue;
    svg.text(x, bottom_ + 16, tick.label);
    free_from = x + width / 2 + 4;
  }
  svg.element("path", {{"fill", "none"}, {"stroke", "currentColor"}, {"d", lines}});
  svg.close();
  svg.text((left_ + right_) / 2, bottom_ + 32, shown_text(figure_.x_name, 80),
           {{"class", "axis-name"}, {"text-anchor", "middle"}});
}

void LineFrame::draw_y_axis(SvgWriter& svg) const {
  std::string grid,
      lines = fmt::format("M{} {}V{}", svg_number(left_), svg_number(top_), svg_number(bottom_));
  svg.open("g", {{"class", "axis y-axis"}, {"font-size", small_font}, {"text-anchor", "end"}});
  for (const Tick& tick : y_ticks_) {
    const double y = y_.position(tick.value);
    lines +=
        fmt::format("M{} {}h{}", svg_number(left_), svg_number(y), tick.label.empty() ? -3 : -5);
    if (tick.label.empty()) continue;
    svg.text(left_ - 8, y + 3.5, tick.label);
    grid += fmt::format("M{} {}H{}", svg_number(left_), svg_number(y), svg_number(right_));
  }
  svg.element("path", {{"class", "grid"},
                       {"fill", "none"},
                       {"stroke", "currentColor"},
                       {"stroke-opacity", 0.15},
                       {"d", grid}});
  svg.element("path", {{"fill", "none"}, {"stroke", "currentColor"}, {"d", lines}});
  svg.close();
  const std::string y = svg_number((top_ + bottom_) / 2);
  svg.text(0, 0, shown_text(figure_.y_name, 60),
           {{"class", "axis-name"},
            {"text-anchor", "middle"},
            {"transform", fmt::format("translate(16 {}) rotate(-90)", y)}});
}

void LineFrame::draw_marks(SvgWriter& svg) const {
  svg.open("g", {{"class", "marks"}, {"font-size", small_font}});
  for (const PlacedMark& mark : marks_) {
    const double y = top_ - 4 - mark_row * static_cast<double>(mark.row);
    svg.element("path", {{"fill", "none"},
                         {"stroke", "currentColor"},
                         {"stroke-opacity", 0.6},
                         {"stroke-dasharray", "4 3"},
                         {"d", fmt::format("M{} {}V{}", svg_number(mark.x), svg_number(y - 8),
                                           svg_number(bottom_))}});
    const bool is_left = mark.start < mark.x;
    svg.text(mark.x + (is_left ? -4 : 4), y, mark.label,
             {{"text-anchor", is_left ? "end" : "start"}});
  }
  svg.close();
}

void LineFrame::draw_note(SvgWriter& svg, std::string_view note) const {
  svg.text(left_ + 8, bottom_ - 8, note, {{"class", "note"}, {"font-size", small_font}});
}

void LineFrame::draw_names(SvgWriter& svg, const std::vector<size_t>& colours) const {
  svg.open("g", {{"class", "names"}, {"font-size", small_font}});
  for (const PlacedName& name : names_) {
    const size_t colour = colours[name.series];
    const std::string_view ink = line_colour(colour);
    if (!std::isnan(name.end)) {
      const std::string from =
          fmt::format("M{} {}L{} {}", svg_number(right_ + 3), svg_number(name.end),
                      svg_number(right_ + lead_length - 1), svg_number(name.y));
      svg.element("path", {{"class", "leader"},
                           {"fill", "none"},
                           {"stroke", "currentColor"},
                           {"stroke-opacity", 0.3},
                           {"d", from}});
    }
    svg.element("path", {{"class", fmt::format("line line-{}", colour % line_colours.size())},
                         {"fill", "none"},
                         {"stroke", ink},
                         {"stroke-width", 1.6},
                         {"stroke-dasharray", line_dashes(colour)},
                         {"d", fmt::format("M{} {}h{}", svg_number(right_ + lead_length),
                                           svg_number(name.y), svg_number(sample_length))}});
    svg.text(right_ + lead_length + sample_length + 4, name.y + 3.5, name.name);
  }
  svg.close();
}

}  // namespace heed
