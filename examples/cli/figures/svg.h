// SvgWriter: an SVG document, element by element, that may stand alone or inside an HTML page.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace heed {

/// A text for XML and HTML: without_controls(), with & < > " ' escaped and what XML does not allow
/// replaced.
std::string xml_text(std::string_view text);

/// With at most two digits after the point, the same for every locale.
std::string svg_number(double number);

/// A text as figures show it: without_controls(), cut after `longest` code points with "…".
std::string shown_text(std::string_view text, size_t longest);

/// About how wide a text is, in units, never much less: fonts differ. `text` is valid UTF-8.
double text_width(std::string_view text, double font_size);

struct SvgAttribute {
  SvgAttribute(std::string_view attribute, std::string_view text) : name(attribute), value(text) {}
  template <class Number>
  requires(std::is_arithmetic_v<Number>) SvgAttribute(std::string_view attribute, Number number)
      : name(attribute), value(svg_number(static_cast<double>(number))) {}

  std::string_view name;
  std::string value;
};
using SvgAttributes = std::initializer_list<SvgAttribute>;

/// Uses presentation attributes and classes only, and no ids: a page may hold many figures, under
/// any policy, and its style sheet may recolour them. Texts and axes have the colour of the text
/// around.
class SvgWriter {
 public:
  /// `about`: one sentence with the result, for those who cannot see the figure.
  SvgWriter(double width, double height, std::string_view title, std::string_view about);

  void element(std::string_view name, SvgAttributes attributes);
  void text(double x, double y, std::string_view text, SvgAttributes attributes = {});
  /// A line of a text that is open.
  void span(double x, double y, std::string_view text);
  void open(std::string_view name, SvgAttributes attributes);
  void close();
  /// The whole document; what is open is closed.
  std::string finish() &&;

 private:
  void start(std::string_view name, SvgAttributes attributes);

  std::string svg_;
  std::vector<std::string> open_;
};

/// A figure as a file of its own: black on white, also where the text around is white.
std::string svg_file(std::string_view svg);

}  // namespace heed
