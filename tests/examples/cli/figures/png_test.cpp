#include "heed/examples/cli/figures/png.h"

#include <zlib.h>

#include <string>

#include "heed/examples/cli/figures/svg.h"
#include "heed/tests/support/case/sanitized.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::png_test {
namespace {

/// A white figure of 40 × 20 units whose right half is red.
std::string half_red() {
  SvgWriter svg(40, 20, "title", "about");
  svg.element("rect", {{"x", 20}, {"width", 20}, {"height", 20}, {"fill", "#ff0000"}});
  return svg_file(std::move(svg).finish());
}

size_t number_at(const std::string& bytes, size_t at) {
  size_t number = 0;
  for (size_t i = 0; i < 4; ++i)
    number = number << 8 | static_cast<unsigned char>(bytes.at(at + i));
  return number;
}

/// The scan lines of a PNG, each after the byte that names its filter.
std::string scan_lines(const std::string& png) {
  std::string packed;
  for (size_t at = 8; at < png.size(); at += 12 + number_at(png, at)) {
    if (png.compare(at + 4, 4, "IDAT") == 0) packed += png.substr(at + 8, number_at(png, at));
  }
  std::string lines(1 << 20, '\0');
  uLongf size = lines.size();
  REQUIRE(uncompress(reinterpret_cast<Bytef*>(lines.data()), &size,
                     reinterpret_cast<const Bytef*>(packed.data()), packed.size()) == Z_OK);
  lines.resize(size);
  return lines;
}

bool is_installed() {
  if (address_sanitized) return false;  // fontconfig keeps what it has allocated
  try {
    require_png();
    return true;
  } catch (const FigureError&) {
    WARN("skipped: librsvg is not installed");
    return false;
  }
}

TEST_CASE("figures: a PNG has the size and the colours of the SVG") {
  if (!is_installed()) return;
  const std::string png = png_of(half_red(), 3);
  REQUIRE(png.substr(0, 8) == "\x89PNG\r\n\x1a\n");
  CHECK(number_at(png, 16) == 120);
  CHECK(number_at(png, 20) == 60);
  CHECK(png[24] == 8);  // bits
  CHECK(png[25] == 2);  // red, green, blue
  const std::string lines = scan_lines(png);
  REQUIRE(lines.size() == 60 * (1 + 120 * 3));
  REQUIRE(lines[0] <= 1);  // no filter, or differences from the left: the first pixel is itself
  CHECK(lines.substr(1, 3) == "\xff\xff\xff");
  const std::string step = lines.substr(1 + 60 * 3, 3);  // the first red pixel
  CHECK(step == (lines[0] == 0 ? std::string("\xff\0\0", 3) : std::string("\0\x01\x01", 3)));
}

TEST_CASE("figures: a PNG that would be too large is refused") {
  if (!is_installed()) return;
  CHECK_THROWS_MATCHES(
      png_of(half_red(), 501), FigureError,
      Catch::Matchers::Message(
          "PNG: a picture of 20040 x 10020 pixels is too large: at most 20000 a side; a "
          "smaller --scale or SVG"));
}

TEST_CASE("figures: what is no SVG is refused") {
  if (!is_installed()) return;
  CHECK_THROWS_AS(png_of("<svg", 1), FigureError);
  CHECK_THROWS_AS(png_of("", 1), FigureError);
}

TEST_CASE("figures: without librsvg the message says what to install, and that SVG works") {
  const auto message = Catch::Matchers::Message(
      "PNG: the library librsvg is not installed (Debian: apt install librsvg2-2); SVG needs no "
      "library");
  CHECK_THROWS_MATCHES(require_png("libnothing.so.0"), FigureError, message);
  CHECK_THROWS_MATCHES(png_of(half_red(), 1, "libnothing.so.0"), FigureError, message);
}

}  // namespace
}  // namespace heed::testing::png_test
