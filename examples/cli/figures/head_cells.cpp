#include "heed/examples/cli/figures/head_cells.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "heed/examples/cli/figures/palette.h"
#include "heed/framework/base/text.h"

namespace heed {
namespace {

constexpr size_t most_cells = 64;     // in a row or column
constexpr double least_for_text = 7;  // of a cell: in smaller ones positions are numbered instead
constexpr size_t longest_token = 9;
constexpr double hatching = 7;  // between two slanting lines, at least

/// A token as a label: spaces and line breaks are seen.
std::string token_label(const std::string& token) {
  if (token.empty()) return "∅";
  std::string label;
  for (const char c : shown_text(token, longest_token)) {
    if (c == ' ') {
      label += "␣";
    } else if (c == '\n') {
      label += "↵";
    } else if (c == '\t') {
      label += "⇥";
    } else {
      label += c;
    }
  }
  return label;
}

/// The labels of cells for `per_cell` tokens each: of small cells the numbers of some positions.
std::vector<std::string> labels_of(const std::vector<std::string>& tokens, size_t per_cell,
                                   double size) {
  const size_t count = (tokens.size() + per_cell - 1) / per_cell;
  std::vector<std::string> labels(count);
  if (per_cell == 1 && size >= least_for_text) {
    std::transform(tokens.begin(), tokens.end(), labels.begin(), token_label);
    return labels;
  }
  size_t every = 1;  // cells
  while (static_cast<double>(every) * size < 28) every *= 2;
  for (size_t i = 0; i < count; i += every) labels[i] = std::to_string(i * per_cell);
  return labels;
}

double widest_label(const std::vector<std::string>& labels, double size) {
  double width = 0;
  for (const std::string& label : labels) width = std::max(width, text_width(label, size));
  return width;
}

double label_size(double cell) {
  return std::clamp(cell * 0.85, 7.0, 10.0);
}

size_t cells_for(size_t positions, size_t of_cell) {
  return (positions + of_cell - 1) / of_cell;
}

size_t positions_for(size_t positions) {
  return std::max<size_t>(1, (positions + most_cells - 1) / most_cells);
}

}  // namespace

HeadCells::HeadCells(const HeadMap& map, double size)
    : map_(map),
      size_(size),
      queries_of_cell_(positions_for(map.queries.size())),
      keys_of_cell_(positions_for(map.keys.size())),
      rows_(cells_for(map.queries.size(), queries_of_cell_)),
      columns_(cells_for(map.keys.size(), keys_of_cell_)),
      queries_(labels_of(map.queries, queries_of_cell_, size)),
      keys_(labels_of(map.keys, keys_of_cell_, size)) {
  const double font = label_size(size), widest = widest_label(keys_, font);
  const bool are_numbers = keys_of_cell_ > 1 || size < least_for_text;
  keys_are_upright_ = are_numbers || widest <= size - 1;
  queries_width_ = queries_.empty() ? 0 : widest_label(queries_, font) + 4;
  keys_height_ = keys_.empty() ? 0 : (keys_are_upright_ ? font : widest) + 4;
}

HeadCells::Cell HeadCells::cell(size_t row, size_t column) const {
  Cell found{Kind::blocked, 0};
  const size_t end_row = std::min((row + 1) * queries_of_cell_, map_.queries.size());
  const size_t end_column = std::min((column + 1) * keys_of_cell_, map_.keys.size());
  for (size_t i = row * queries_of_cell_; i < end_row; ++i) {
    for (size_t j = column * keys_of_cell_; j < end_column; ++j) {
      const size_t at = i * map_.keys.size() + j;
      if (!map_.blocked.empty() && map_.blocked[at]) continue;
      const double weight = static_cast<double>(map_.weights[at]);
      if (!std::isfinite(weight)) return {Kind::not_a_number, 0};
      found = {Kind::weight, std::max(found.weight, weight)};
    }
  }
  return found;
}

bool HeadCells::has_blocked() const {
  return std::find(map_.blocked.begin(), map_.blocked.end(), true) != map_.blocked.end();
}

std::string HeadCells::path_of(double x, double y, size_t row, size_t column, size_t count) const {
  const double width = size_ * static_cast<double>(count);
  return fmt::format("M{} {}h{}v{}h-{}z", svg_number(x + size_ * static_cast<double>(column)),
                     svg_number(y + size_ * static_cast<double>(row)), svg_number(width),
                     svg_number(size_), svg_number(width));
}

void HeadCells::draw_weights(SvgWriter& svg, double x, double y) const {
  std::map<std::string, std::string> areas;  // of each colour
  for (size_t row = 0; row < rows_; ++row) {
    for (size_t column = 0; column < columns_;) {
      const Cell first = cell(row, column);
      const size_t start = column++;
      if (first.kind != Kind::weight) continue;
      const std::string colour = weight_colour(first.weight);
      while (column < columns_ && cell(row, column).kind == Kind::weight &&
             weight_colour(cell(row, column).weight) == colour) {
        ++column;
      }
      areas[colour] += path_of(x, y, row, start, column - start);
    }
  }
  for (const auto& [colour, area] : areas) svg.element("path", {{"fill", colour}, {"d", area}});
}

void HeadCells::draw_blocked(SvgWriter& svg, double x, double y) const {
  const auto diagonals_apart = static_cast<size_t>(std::ceil(hatching / size_));  // in cells
  std::string areas, lines;
  for (size_t row = 0; row < rows_; ++row) {
    for (size_t column = 0; column < columns_;) {
      const size_t start = column;
      while (column < columns_ && cell(row, column).kind == Kind::blocked) ++column;
      if (column == start) {
        ++column;
        continue;
      }
      areas += path_of(x, y, row, start, column - start);
      for (size_t j = start; j < column; ++j) {
        if ((row + j) % diagonals_apart != 0) continue;
        lines += fmt::format("M{} {}l{}-{}", svg_number(x + size_ * static_cast<double>(j)),
                             svg_number(y + size_ * static_cast<double>(row + 1)),
                             svg_number(size_), svg_number(size_));
      }
    }
  }
  if (!areas.empty()) draw_masked(svg, areas, lines);
}

void HeadCells::draw_not_numbers(SvgWriter& svg, double x, double y) const {
  std::string crosses;
  for (size_t row = 0; row < rows_; ++row) {
    for (size_t column = 0; column < columns_; ++column) {
      if (cell(row, column).kind != Kind::not_a_number) continue;
      const double left = x + size_ * static_cast<double>(column);
      const double top = y + size_ * static_cast<double>(row);
      crosses += fmt::format("M{0} {1}l{3} {3}M{0} {2}l{3}-{3}", svg_number(left), svg_number(top),
                             svg_number(top + size_), svg_number(size_));
    }
  }
  if (crosses.empty()) return;
  svg.element("path", {{"class", "not-a-number"}, {"stroke", "#d55e00"}, {"d", crosses}});
}

void HeadCells::draw_queries(SvgWriter& svg, double x, double y) const {
  const double font = label_size(size_);
  svg.open("g", {{"class", "queries"}, {"font-size", font}, {"text-anchor", "end"}});
  for (size_t i = 0; i < queries_.size(); ++i) {
    if (queries_[i].empty()) continue;
    svg.text(x - 3, y + size_ * (static_cast<double>(i) + 0.5) + font * 0.35, queries_[i]);
  }
  svg.close();
}

void HeadCells::draw_keys(SvgWriter& svg, double x, double y) const {
  const double font = label_size(size_);
  const char* anchor = keys_are_upright_ ? "middle" : "start";
  svg.open("g", {{"class", "keys"}, {"font-size", font}, {"text-anchor", anchor}});
  for (size_t j = 0; j < keys_.size(); ++j) {
    if (keys_[j].empty()) continue;
    const double middle = x + size_ * (static_cast<double>(j) + 0.5);
    if (keys_are_upright_) {
      svg.text(middle, y - 3, keys_[j]);
    } else {
      svg.text(0, 0, keys_[j],
               {{"transform", fmt::format("translate({} {}) rotate(-90)",
                                          svg_number(middle + font * 0.35), svg_number(y - 3))}});
    }
  }
  svg.close();
}

void HeadCells::draw(SvgWriter& svg, double x, double y, bool with_queries, bool with_keys) const {
  if (with_queries) draw_queries(svg, x, y);
  if (with_keys) draw_keys(svg, x, y);
  svg.open("g", {{"class", "weights"}, {"shape-rendering", "crispEdges"}});
  draw_weights(svg, x, y);
  svg.close();
  draw_blocked(svg, x, y);
  draw_not_numbers(svg, x, y);
  svg.element("rect", {{"class", "frame"},
                       {"x", x},
                       {"y", y},
                       {"width", width()},
                       {"height", height()},
                       {"fill", "none"},
                       {"stroke", "currentColor"},
                       {"stroke-width", 0.8}});
}

void draw_masked(SvgWriter& svg, const std::string& areas, const std::string& lines) {
  svg.open("g", {{"class", "masked"}});
  svg.element("path", {{"fill", "#e4e4e4"}, {"shape-rendering", "crispEdges"}, {"d", areas}});
  svg.element("path",
              {{"fill", "none"}, {"stroke", "#9a9a9a"}, {"stroke-width", 0.7}, {"d", lines}});
  svg.close();
}

bool rows_sum_to_one(const HeadMap& map) {
  const size_t L_2 = map.keys.size();
  for (size_t i = 0; i < map.queries.size(); ++i) {
    double sum = 0;
    bool reads = false;
    for (size_t j = 0; j < L_2; ++j) {
      if (!map.blocked.empty() && map.blocked[i * L_2 + j]) continue;
      reads = true;
      sum += static_cast<double>(map.weights[i * L_2 + j]);
    }
    if (reads && !(std::fabs(sum - 1) <= 1e-3)) return false;
  }
  return true;
}

}  // namespace heed
