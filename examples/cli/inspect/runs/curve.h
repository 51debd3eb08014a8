// Curves of characters, for terminals.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace heed {

using CurvePoints = std::vector<std::pair<double, double>>;  ///< x → y; NaN is left out

/// Draws `line` with the dots of Braille letters, two by four in each, and an "o" at each of
/// `marks` in a box of at least 20 columns and 2 rows with its limits on both axes. A y that spans
/// more than a factor of 20 is on a logarithmic scale, which is said. No lines if there is nothing
/// to draw.
std::vector<std::string> drawn_curve(const CurvePoints& line, const CurvePoints& marks,
                                     size_t columns, size_t rows);

}  // namespace heed
