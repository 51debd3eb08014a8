#include "heed/examples/cli/figures/svg.h"

#include <clocale>

#include "heed/tests/examples/cli/figures/xml_elements.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::svg_test {
namespace {

TEST_CASE("figures: texts are escaped, and what is not shown is made visible") {
  CHECK(xml_text("a < b & \"c\" > 'd'") == "a &lt; b &amp; &quot;c&quot; &gt; &#39;d&#39;");
  CHECK(xml_text(std::string("\0\x1b\x7f", 3)) == "\\u0000\\u001b\\u007f");
  CHECK(xml_text("\xff\xed\xa0\x80") == "\\xff\\xed\\xa0\\x80");
  CHECK(xml_text("\xe2\x80\xae") == "\\u202e");
  CHECK(xml_text("\xef\xbf\xbe\xef\xbf\xbf") == "\xef\xbf\xbd\xef\xbf\xbd");
  CHECK(xml_text("ä → 中") == "ä → 中");
}

TEST_CASE("figures: numbers are short and the same for every locale") {
  for (const char* locale : {"C", "de_DE.UTF-8", ""}) {
    std::setlocale(LC_ALL, locale);
    CHECK(svg_number(1234567.891) == "1234567.89");
    CHECK(svg_number(0.5) == "0.5");
    CHECK(svg_number(-12) == "-12");
    CHECK(svg_number(-0.001) == "0");
    CHECK(svg_number(100) == "100");
  }
  std::setlocale(LC_ALL, "C");
}

TEST_CASE("figures: long texts are cut at code points") {
  CHECK(shown_text("äöü", 3) == "äöü");
  CHECK(shown_text("äöüß", 3) == "äöü…");
  CHECK(shown_text(std::string(1 << 20, 'x'), 2) == "xx…");
  CHECK(shown_text("", 3).empty());
  // Cut inside a code point while looking at the start only: what is kept is whole.
  CHECK(shown_text("中中中中中中中", 1) == "中…");
}

TEST_CASE("figures: a document is well-formed whatever its texts are") {
  for (const std::string& text : hostile_texts) {
    SvgWriter svg(100, 50, text, text);
    svg.text(1, 2, text, {{"class", text}});
    svg.open("g", {{"class", text}});
    svg.element("rect", {{"fill", text}});
    const std::string document = svg_file(std::move(svg).finish());
    const std::vector<XmlElement> elements = xml_elements(document);
    CHECK(elements.size() == 7);  // svg, background, title, desc, text, g, rect
    CHECK(elements_of(document, "script").empty());
    CHECK(elements_of(document, "svg")[0].attributes.count("onload") == 0);
  }
  CHECK_THROWS(xml_elements("<svg><g></svg>"));  // the reader itself sees faults
  CHECK_THROWS(xml_elements("<svg a=\"<\"/>"));
  CHECK_THROWS(xml_elements("<svg a=\"1\" a=\"2\"/>"));
  CHECK_THROWS(xml_elements("<svg>&nbsp;</svg>"));
}

TEST_CASE("figures: a document names itself for those who cannot see it") {
  const std::string svg = SvgWriter(100, 50.5, "the title", "what it shows").finish();
  const XmlElement root = xml_elements(svg)[0];
  CHECK(root.attribute("role") == "img");
  CHECK(root.attribute("viewBox") == "0 0 100 50.5");
  CHECK(elements_of(svg, "title")[0].text == "the title");
  CHECK(elements_of(svg, "desc")[0].text == "what it shows");
  CHECK(xml_elements(svg_file(svg))[0].attribute("color") == "#000");
}

}  // namespace
}  // namespace heed::testing::svg_test
