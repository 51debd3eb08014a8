#include "heed/examples/cli/figures/heads_figure.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "heed/examples/cli/figures/head_cells.h"
#include "heed/examples/cli/figures/palette.h"
#include "heed/examples/cli/figures/svg.h"
#include "heed/framework/base/error.h"
#include "heed/framework/base/text.h"

namespace heed {
namespace {

constexpr double page_edge = 10, map_gap = 14, name_height = 15, heading_height = 16;
constexpr double corner_width = 56;  // "position that asks ↓" beside the first map
constexpr double smallest_cell = 3;  // of a cell
constexpr double largest_cell = 16;
constexpr double bar_length = 120;

void check_maps(const HeadsFigure& figure) {
  if (figure.heads.empty()) throw ShapeError("figure: there are no heads to draw");
  for (const HeadMap& map : figure.heads) {
    const size_t cells = map.queries.size() * map.keys.size();
    if (map.weights.size() == cells && (map.blocked.empty() || map.blocked.size() == cells))
      continue;
    throw ShapeError("figure: the weights of \"", printable(map.name),
                     "\" do not fit its labels: ", map.queries.size(), " queries x ",
                     map.keys.size(), " keys, ", map.weights.size(), " weights, ",
                     map.blocked.size(), " masked or not");
  }
}

std::string shown_name(const HeadMap& map) {
  return shown_text(map.name, 40);
}

size_t usual_columns(size_t maps) {
  constexpr size_t most = 4;
  const size_t rows = (maps + most - 1) / most;
  return (maps + rows - 1) / rows;
}

/// Where everything stands: columns and rows of maps with the labels that they need.
struct Layout {
  size_t columns;
  double cell;
  std::vector<HeadCells> cells;
  std::vector<bool> has_queries, has_keys, has_name;
  std::vector<double> lefts, tops;  ///< of the cells of each column and row
  double width, bottom;

  size_t column(size_t map) const { return map % columns; }
  size_t row(size_t map) const { return map / columns; }
};

bool has_heading(const HeadsFigure& figure, size_t row) {
  return row < figure.row_names.size() && !figure.row_names[row].empty();
}

/// What a map has in common with its neighbour is written once.
void choose_labels(const HeadsFigure& figure, Layout& layout) {
  for (size_t i = 0; i < figure.heads.size(); ++i) {
    const HeadMap& map = figure.heads[i];
    const bool is_first = layout.column(i) == 0, is_top = layout.row(i) == 0;
    layout.has_queries.push_back(is_first || figure.heads[i - 1].queries != map.queries);
    layout.has_keys.push_back(is_top || figure.heads[i - layout.columns].keys != map.keys);
    layout.has_name.push_back(!map.name.empty() &&
                              (is_top || figure.heads[i - layout.columns].name != map.name));
  }
}

/// Space before each column and above each row for a size of cells; fills `lefts` and `tops`.
void place_maps(const HeadsFigure& figure, Layout& layout) {
  const size_t rows = (figure.heads.size() + layout.columns - 1) / layout.columns;
  std::vector<double> before(layout.columns), widths(layout.columns), above(rows), heights(rows);
  for (size_t i = 0; i < figure.heads.size(); ++i) {
    const HeadCells& cells = layout.cells[i];
    const size_t column = layout.column(i), row = layout.row(i);
    if (layout.has_queries[i]) before[column] = std::max(before[column], cells.queries_width());
    const double keys = layout.has_keys[i] ? cells.keys_height() : 0;
    above[row] = std::max(above[row], keys + (layout.has_name[i] ? name_height : 0));
    const double name = layout.has_name[i] ? text_width(shown_name(figure.heads[i]), 10) : 0;
    widths[column] = std::max({widths[column], cells.width(), name});
    heights[row] = std::max(heights[row], cells.height());
  }
  layout.lefts.clear();
  layout.tops.clear();
  double x = page_edge + corner_width, y = figure.title.empty() ? 34 : 58;
  for (size_t column = 0; column < layout.columns; ++column) {
    layout.lefts.push_back(x + before[column]);
    x += before[column] + widths[column] + map_gap;
  }
  for (size_t row = 0; row < rows; ++row) {
    const double heading = has_heading(figure, row) ? heading_height : 0;
    layout.tops.push_back(y + heading + above[row]);
    y += heading + above[row] + heights[row] + map_gap;
  }
  layout.width = x - map_gap + page_edge;
  layout.bottom = y - map_gap;
}

/// With the largest cells that fit the width.
Layout layout_of(const HeadsFigure& figure) {
  Layout layout;
  layout.columns = figure.columns > 0 ? figure.columns : usual_columns(figure.heads.size());
  layout.columns = std::min(layout.columns, figure.heads.size());
  choose_labels(figure, layout);
  for (layout.cell = largest_cell; layout.cell >= smallest_cell; --layout.cell) {
    layout.cells.clear();
    for (const HeadMap& map : figure.heads) layout.cells.emplace_back(map, layout.cell);
    place_maps(figure, layout);
    if (layout.width <= figure.width) break;
  }
  return layout;
}

void draw_axes(SvgWriter& svg, const HeadsFigure& figure, const Layout& layout) {
  const double x = layout.lefts[0], y = layout.tops[0];
  svg.text(x, figure.title.empty() ? 20 : 44, "reads from →",
           {{"class", "axis-name"}, {"font-size", 10}});
  const double end = x - layout.cells[0].queries_width() - 6;
  svg.open("text", {{"class", "axis-name"}, {"font-size", 10}, {"text-anchor", "end"}});
  double line = y + 8;
  for (const std::string_view word : {"position ", "that asks ", "↓"}) {
    svg.span(end, line, word);
    line += 12;
  }
  svg.close();
}

/// The colours from 0 to 1, and what masked cells look like.
void draw_key(SvgWriter& svg, const Layout& layout, double y, const std::string& note) {
  const double x = layout.lefts[0];
  svg.open("g", {{"class", "colour-bar"}, {"font-size", 10}});
  svg.text(x - 6, y + 8, "weight 0", {{"text-anchor", "end"}});
  constexpr int steps = 60;
  for (int i = 0; i < steps; ++i) {
    svg.element("rect", {{"x", x + i * bar_length / steps},
                         {"y", y},
                         {"width", bar_length / steps + (i + 1 < steps ? 0.5 : 0)},
                         {"height", 9},
                         {"fill", weight_colour(i / (steps - 1.0))}});
  }
  svg.text(x + bar_length + 5, y + 8, "1");
  double next = x + bar_length + 24;
  const bool has_masked = std::any_of(layout.cells.begin(), layout.cells.end(),
                                      [](const HeadCells& cells) { return cells.has_blocked(); });
  if (has_masked) {
    draw_masked(svg, fmt::format("M{} {}h18v9h-18z", svg_number(next), svg_number(y)),
                fmt::format("M{0} {1}l9-9M{2} {1}l9-9", svg_number(next), svg_number(y + 9),
                            svg_number(next + 9)));
    svg.text(next + 23, y + 8, "masked");
    next += 76;
  }
  svg.text(next, y + 8, note, {{"class", "note"}});
  svg.close();
}

/// What holds of all maps, in words.
std::string note_of(const HeadsFigure& figure, const Layout& layout) {
  std::string note;
  if (std::all_of(figure.heads.begin(), figure.heads.end(), rows_sum_to_one)) {
    note = "each row sums to 1";
  }
  size_t most = 1;
  for (const HeadCells& cells : layout.cells) most = std::max(most, cells.positions_of_cell());
  if (most > 1) {
    note += fmt::format("{}a cell is the largest of up to {} × {} weights",
                        note.empty() ? "" : "; ", most, most);
  }
  return note;
}

}  // namespace

std::string svg_of(const HeadsFigure& figure) {
  check_maps(figure);
  const Layout layout = layout_of(figure);
  const std::string note = note_of(figure, layout);
  const double key = layout.lefts[0] + bar_length + 110 + text_width(note, 10);
  const double width = std::max({layout.width, key, 200.0}), bottom = layout.bottom + 16;
  SvgWriter svg(std::ceil(width), std::ceil(bottom + 20), figure.title, figure.about);
  svg.text(page_edge, 18, shown_text(figure.title, static_cast<size_t>(width / 8)),
           {{"class", "title"}, {"font-size", 13}, {"font-weight", "bold"}});
  draw_axes(svg, figure, layout);
  for (size_t i = 0; i < figure.heads.size(); ++i) {
    const double x = layout.lefts[layout.column(i)], y = layout.tops[layout.row(i)];
    const double keys = layout.has_keys[i] ? layout.cells[i].keys_height() : 0;
    if (layout.column(i) == 0 && has_heading(figure, layout.row(i))) {
      const double above = keys + (layout.has_name[i] ? name_height : 0);
      svg.text(x, y - above - 5, shown_text(figure.row_names[layout.row(i)], 80),
               {{"class", "heading"}, {"font-weight", "bold"}});
    }
    if (layout.has_name[i]) {
      svg.text(x, y - keys - 5, shown_name(figure.heads[i]), {{"font-size", 10}});
    }
    layout.cells[i].draw(svg, x, y, layout.has_queries[i], layout.has_keys[i]);
  }
  draw_key(svg, layout, bottom, note);
  return std::move(svg).finish();
}

}  // namespace heed
