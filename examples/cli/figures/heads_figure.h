// HeadsFigure: what attention heads look at, as small maps on one scale, as an SVG.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace heed {

/// The weights of one head: rows are the positions that ask, columns those that are read.
struct HeadMap {
  std::string name;
  std::vector<std::string> queries, keys;  ///< what stands at each of L_1 and L_2 positions
  std::vector<float> weights;              ///< L_1 × L_2, row by row
  std::vector<bool> blocked;               ///< L_1 × L_2; empty: nothing is masked
};

/// Several maps stand side by side with one colour bar from 0 to 1.
struct HeadsFigure {
  std::string title;
  std::string about;  ///< one sentence: what the figure shows, for those who cannot see it
  std::vector<HeadMap> heads;
  size_t columns = 0;                    ///< maps in a row; 0: as suits their number
  std::vector<std::string> row_names{};  ///< headings of the rows of maps
  double width = 720;                    ///< wider if the smallest cells need it
};

/// A complete <svg>…</svg>. Of a map with more than 64 positions a cell shows the largest weight of
/// several. Throws ShapeError if a map's weights do not fit its labels, or if there are no maps.
std::string svg_of(const HeadsFigure& figure);

}  // namespace heed
