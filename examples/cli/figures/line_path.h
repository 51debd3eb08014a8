// The points of a series as the data of an SVG path.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "heed/examples/cli/figures/line_frame.h"
#include "heed/examples/cli/figures/thin.h"

namespace heed {

struct LinePath {
  std::string line;                                      ///< relative: shorter by half
  std::vector<std::pair<double, double>> points;         ///< that have a position
  std::vector<std::pair<double, double>> single_points;  ///< between gaps, where no line shows
};

/// Of the points of a series with these indices.
LinePath line_path(const LineFrame& frame, const Series& series, const std::vector<size_t>& kept);

/// The area between the bounds, with gaps where either has none.
std::string band_path(const LineFrame& frame, const Band& band);

}  // namespace heed
