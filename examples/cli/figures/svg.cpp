#include "heed/examples/cli/figures/svg.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "heed/framework/base/text.h"

namespace heed {
namespace {

constexpr std::string_view narrow_letters = "ijl.,:;'|!()[] tfr1I-";

std::string_view escape_of(std::string_view code_point) {
  if (code_point == "&") return "&amp;";
  if (code_point == "<") return "&lt;";
  if (code_point == ">") return "&gt;";
  if (code_point == "\"") return "&quot;";
  if (code_point == "'") return "&#39;";
  if (code_point == "\xEF\xBF\xBE" || code_point == "\xEF\xBF\xBF") return "\xEF\xBF\xBD";
  return code_point;
}

}  // namespace

std::string xml_text(std::string_view text) {
  const std::string clean = without_controls(text);
  std::string escaped;
  for (std::string_view left = clean; !left.empty();) escaped += escape_of(take_code_point(left));
  return escaped;
}

std::string svg_number(double number) {
  std::string text = fmt::format("{:.2f}", number);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text == "-0" ? "0" : text;
}

std::string shown_text(std::string_view text, size_t longest) {
  // A code point has at most 4 bytes: of a huge text only the start is looked at.
  const std::string clean = without_controls(text.substr(0, 4 * (longest + 1)));
  std::string_view left = clean;
  std::string shown;
  for (size_t count = 0; !left.empty(); ++count) {
    if (count == longest) return shown + "…";
    shown += take_code_point(left);
  }
  return shown;
}

double text_width(std::string_view text, double font_size) {
  double width = 0;
  while (!text.empty()) {
    const std::string_view letter = take_code_point(text);
    const bool is_narrow = narrow_letters.find(letter) != std::string_view::npos;
    const bool is_capital = letter[0] >= 'A' && letter[0] <= 'Z';
    width += static_cast<double>(displayed_width(letter)) *
             (is_narrow                                      ? 0.4
              : is_capital || letter == "m" || letter == "w" ? 0.8
                                                             : 0.63);
  }
  return width * font_size;
}

SvgWriter::SvgWriter(double width, double height, std::string_view title, std::string_view about) {
  start("svg", {{"xmlns", "http://www.w3.org/2000/svg"},
                {"class", "figure"},
                {"role", "img"},
                {"width", width},
                {"height", height},
                {"viewBox", fmt::format("0 0 {} {}", svg_number(width), svg_number(height))},
                {"font-family", "sans-serif"},
                {"font-size", 11},
                {"fill", "currentColor"}});
  svg_ += ">\n<title>" + xml_text(shown_text(title, 300)) + "</title>\n";
  svg_ += "<desc>" + xml_text(shown_text(about, 1000)) + "</desc>\n";
  open_.emplace_back("svg");
}

void SvgWriter::start(std::string_view name, SvgAttributes attributes) {
  svg_ += fmt::format("<{}", name);
  for (const SvgAttribute& attribute : attributes) {
    svg_ += fmt::format(" {}=\"{}\"", attribute.name, xml_text(attribute.value));
  }
}

void SvgWriter::element(std::string_view name, SvgAttributes attributes) {
  start(name, attributes);
  svg_ += "/>\n";
}

void SvgWriter::text(double x, double y, std::string_view text, SvgAttributes attributes) {
  start("text", {{"x", x}, {"y", y}});
  for (const SvgAttribute& attribute : attributes) {
    svg_ += fmt::format(" {}=\"{}\"", attribute.name, xml_text(attribute.value));
  }
  svg_ += ">" + xml_text(text) + "</text>\n";
}

void SvgWriter::span(double x, double y, std::string_view text) {
  start("tspan", {{"x", x}, {"y", y}});
  svg_ += ">" + xml_text(text) + "</tspan>\n";
}

void SvgWriter::open(std::string_view name, SvgAttributes attributes) {
  start(name, attributes);
  svg_ += ">\n";
  open_.emplace_back(name);
}

void SvgWriter::close() {
  svg_ += "</" + open_.back() + ">\n";
  open_.pop_back();
}

std::string SvgWriter::finish() && {
  while (!open_.empty()) close();
  return std::move(svg_);
}

std::string svg_file(std::string_view svg) {
  const size_t start = svg.find('>') + 1;
  const std::string_view head = svg.substr(0, start - 1);
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{} color=\"#000\">\n"
      "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>{}",
      head, svg.substr(start));
}

}  // namespace heed
