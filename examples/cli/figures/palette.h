// The colours of figures, chosen for people who see few colours and for print in grey.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace heed {

/// Of lines; each stands out at least 3:1 from white and from black pages. After Okabe and Ito,
/// whose yellow and light blue would not.
inline constexpr std::array<std::string_view, 8> line_colours{
    "#0072b2", "#d55e00", "#008f68", "#b8589a", "#9a7400", "#3d8fd1", "#767676", "#8a5bd0"};

/// The colour of the `index`th line; they repeat after 8, with other dashes.
std::string_view line_colour(size_t index);
/// stroke-dasharray of the `index`th line; "none" for the first 8.
std::string_view line_dashes(size_t index);
/// An outline of the `index`th line's marker around a point, as the data of a path.
std::string line_marker(size_t index, double x, double y);

/// Viridis at a weight from 0 to 1, in steps of 0.01: from dark to bright, also in grey. Beyond,
/// the colour of the nearer end.
std::string weight_colour(double weight);

}  // namespace heed
