#include "heed/examples/cli/figures/palette.h"

#include <cmath>
#include <set>

#include "heed/tests/support/catch.h"

namespace heed::testing::palette_test {
namespace {

/// Relative luminance as WCAG defines it.
double luminance(std::string_view colour) {
  const auto part = [&](size_t index) {
    const double value =
        std::stoi(std::string(colour.substr(1 + 2 * index, 2)), nullptr, 16) / 255.0;
    return value <= 0.03928 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * part(0) + 0.7152 * part(1) + 0.0722 * part(2);
}

double contrast(std::string_view a, std::string_view b) {
  const double first = luminance(a), second = luminance(b);
  return (std::max(first, second) + 0.05) / (std::min(first, second) + 0.05);
}

TEST_CASE("figures: lines stand out from light and dark pages") {
  for (const std::string_view colour : line_colours) {
    CAPTURE(colour);
    CHECK(contrast(colour, "#ffffff") >= 3);
    CHECK(contrast(colour, "#16181c") >= 3);
  }
}

TEST_CASE("figures: beyond eight lines colours come again with other dashes") {
  std::set<std::pair<std::string_view, std::string_view>> looks;
  for (size_t i = 0; i < 32; ++i) looks.emplace(line_colour(i), line_dashes(i));
  CHECK(looks.size() == 32);
  CHECK(line_dashes(7) == "none");
  std::set<std::string> markers;
  for (size_t i = 0; i < 4; ++i) markers.insert(line_marker(i, 10, 10));
  CHECK(markers.size() == 4);
}

TEST_CASE(
    "figures: a larger weight is brighter, and weights beyond 0 and 1 have the colours of the "
    "ends") {
  CHECK(weight_colour(0) == "#440154");
  CHECK(weight_colour(0.5) == "#21918c");
  CHECK(weight_colour(1) == "#fde725");
  CHECK(weight_colour(-3) == weight_colour(0));
  CHECK(weight_colour(1.7) == weight_colour(1));
  for (int i = 0; i < 100; ++i) {
    CAPTURE(i);
    CHECK(luminance(weight_colour((i + 1) / 100.0)) > luminance(weight_colour(i / 100.0)));
  }
}

}  // namespace
}  // namespace heed::testing::palette_test
