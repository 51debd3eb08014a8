// Thinning: of many points, those that a figure needs.
#pragma once

#include <cstddef>
#include <vector>

namespace heed {

/// As many points as a figure can show; a series has at most this many.
inline constexpr size_t most_points = 2000;

/// The indices, in order, of at most `most` (≥ 8) values: of each of equally long stretches the
/// smallest, the largest, and the first NaN, so that no spike and no gap is lost; and both ends.
std::vector<size_t> thinned(const std::vector<double>& values, size_t most = most_points);

/// Bounds around a line; NaN where there are none.
struct Band {
  std::vector<double> x, low, high;
};

/// At most `most` points: of each stretch the smallest `low` and the largest `high`.
Band thinned(const Band& band, size_t most = most_points);

}  // namespace heed
