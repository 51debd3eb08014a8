#include "heed/examples/cli/figures/palette.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "heed/examples/cli/figures/svg.h"

namespace heed {
namespace {

using Colour = std::array<double, 3>;

// Viridis (van der Walt and Smith, CC0) at 0, 0.1, …, 1.
constexpr std::array<Colour, 11> viridis{{{68, 1, 84},
                                          {72, 36, 117},
                                          {65, 68, 135},
                                          {53, 95, 141},
                                          {42, 120, 142},
                                          {33, 145, 140},
                                          {34, 168, 132},
                                          {68, 191, 112},
                                          {122, 209, 81},
                                          {189, 223, 38},
                                          {253, 231, 37}}};
constexpr std::array<std::string_view, 4> dashes{"none", "6 3", "2 2", "8 3 2 3"};

}  // namespace

std::string_view line_colour(size_t index) {
  return line_colours[index % line_colours.size()];
}

std::string_view line_dashes(size_t index) {
  return dashes[index / line_colours.size() % dashes.size()];
}

std::string line_marker(size_t index, double x, double y) {
  const auto at = [&](double dx, double dy) {
    return fmt::format("M{} {}", svg_number(x + dx), svg_number(y + dy));
  };
  switch (index % 4) {
    case 0:
      return at(-2.5, 0) + "a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0z";
    case 1:
      return at(-2.3, -2.3) + "h4.6v4.6h-4.6z";
    case 2:
      return at(0, -3) + "l3 5.2h-6z";
    default:
      return at(0, -3.3) + "l3.3 3.3-3.3 3.3-3.3-3.3z";
  }
}

std::string weight_colour(double weight) {
  const double rounded = std::round(std::clamp(weight, 0.0, 1.0) * 100) / 10;
  const size_t below = std::min<size_t>(static_cast<size_t>(rounded), viridis.size() - 2);
  const double share = rounded - static_cast<double>(below);
  std::string colour = "#";
  for (size_t part = 0; part < 3; ++part) {
    const double value = viridis[below][part] * (1 - share) + viridis[below + 1][part] * share;
    colour += fmt::format("{:02x}", static_cast<unsigned>(std::lround(value)));
  }
  return colour;
}

}  // namespace heed
