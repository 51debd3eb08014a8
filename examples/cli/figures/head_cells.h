// HeadCells: the cells of one head's map, with its labels.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "heed/examples/cli/figures/heads_figure.h"
#include "heed/examples/cli/figures/svg.h"

namespace heed {

class HeadCells {
 public:
  /// `size` of a cell, in units. The map is used as long as this is.
  HeadCells(const HeadMap& map, double size);

  double width() const { return size_ * static_cast<double>(columns_); }
  double height() const { return size_ * static_cast<double>(rows_); }
  /// Of the labels beside and above the cells.
  double queries_width() const { return queries_width_; }
  double keys_height() const { return keys_height_; }
  bool has_blocked() const;
  /// So many queries and keys share a cell.
  size_t positions_of_cell() const { return std::max(queries_of_cell_, keys_of_cell_); }

  /// With the upper left corner of the first cell at (x, y).
  void draw(SvgWriter& svg, double x, double y, bool with_queries, bool with_keys) const;

 private:
  enum class Kind { weight, blocked, not_a_number };
  struct Cell {
    Kind kind;
    double weight;
  };

  Cell cell(size_t row, size_t column) const;
  std::string path_of(double x, double y, size_t row, size_t column, size_t count) const;
  void draw_weights(SvgWriter& svg, double x, double y) const;
  void draw_blocked(SvgWriter& svg, double x, double y) const;
  void draw_not_numbers(SvgWriter& svg, double x, double y) const;
  void draw_queries(SvgWriter& svg, double x, double y) const;
  void draw_keys(SvgWriter& svg, double x, double y) const;

  const HeadMap& map_;
  double size_;
  size_t queries_of_cell_, keys_of_cell_, rows_, columns_;
  std::vector<std::string> queries_, keys_;  // labels of the cells; empty: none
  bool keys_are_upright_ = true;
  double queries_width_ = 0, keys_height_ = 0;
};

/// Grey areas with slanting lines through them, each the data of a path.
void draw_masked(SvgWriter& svg, const std::string& areas, const std::string& lines);

/// Whether the weights of each query that may read anything sum to 1 within 0.001.
bool rows_sum_to_one(const HeadMap& map);

}  // namespace heed
