// Reads the elements of a figure, strictly: what is not well-formed XML fails the test.
#pragma once

#include <algorithm>
#include <cctype>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "heed/framework/base/text.h"

namespace heed::testing {

struct XmlElement {
  std::string name;
  std::map<std::string, std::string> attributes;
  std::string text;                  ///< directly in it, entities replaced
  std::vector<std::string> parents;  ///< classes of the elements around it, outermost first

  double number(const std::string& attribute) const { return std::stod(attributes.at(attribute)); }
  std::string attribute(const std::string& wanted) const {
    const auto found = attributes.find(wanted);
    return found == attributes.end() ? "" : found->second;
  }
  bool is_in(const std::string& wanted) const {
    return std::find(parents.begin(), parents.end(), wanted) != parents.end();
  }
};

class XmlReader {
 public:
  explicit XmlReader(std::string_view text) : text_(text) {}

  std::vector<XmlElement> read() {
    if (first_invalid_utf8(text_) != text_.size()) fail("invalid UTF-8");
    if (text_.starts_with("<?xml")) at_ = text_.find("?>") + 2;
    while (at_ < text_.size()) {
      if (text_[at_] != '<') {
        read_text();
      } else if (text_.substr(at_).starts_with("</")) {
        read_end();
      } else {
        read_start();
      }
    }
    if (!open_.empty()) fail("not closed: " + elements_[open_.back()].name);
    return elements_;
  }

 private:
  [[noreturn]] void fail(const std::string& why) const {
    throw std::runtime_error("no XML at byte " + std::to_string(at_) + ": " + why);
  }
  char next() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void take(char wanted) {
    if (next() != wanted) fail(std::string("no ") + wanted);
    ++at_;
  }
  std::string read_name() {
    const size_t start = at_;
    while (std::isalnum(static_cast<unsigned char>(next())) != 0 || next() == '-') ++at_;
    if (at_ == start) fail("no name");
    return std::string(text_.substr(start, at_ - start));
  }
  std::string read_character() {
    static const std::map<std::string_view, std::string> entities = {
        {"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}};
    const unsigned char first = static_cast<unsigned char>(next());
    if (first == '<' || (first < 0x20 && first != '\n' && first != '\t')) fail("bad character");
    if (text_.substr(at_).starts_with("\xEF\xBF\xBE")) fail("U+FFFE");
    if (first != '&') return {text_[at_++]};
    for (const auto& [entity, meaning] : entities) {
      if (!text_.substr(at_).starts_with(entity)) continue;
      at_ += entity.size();
      return meaning;
    }
    fail("unknown entity");
  }
  void read_text() {
    if (open_.empty() && std::isspace(static_cast<unsigned char>(next())) == 0)
      fail("text outside");
    const std::string character = read_character();
    if (!open_.empty()) elements_[open_.back()].text += character;
  }
  void read_start() {
    take('<');
    XmlElement element{read_name(), {}, "", {}};
    for (const size_t parent : open_)
      element.parents.push_back(elements_[parent].attribute("class"));
    while (next() == ' ') {
      take(' ');
      const std::string name = read_name();
      take('=');
      take('"');
      std::string value;
      while (at_ < text_.size() && next() != '"') value += read_character();
      take('"');
      if (!element.attributes.emplace(name, value).second) fail("attribute twice: " + name);
    }
    const bool is_empty = next() == '/';
    if (is_empty) take('/');
    take('>');
    elements_.push_back(element);
    if (!is_empty) open_.push_back(elements_.size() - 1);
  }
  void read_end() {
    at_ += 2;
    if (open_.empty() || read_name() != elements_[open_.back()].name) fail("closes another");
    take('>');
    open_.pop_back();
  }

  std::string_view text_;
  size_t at_ = 0;
  std::vector<XmlElement> elements_;
  std::vector<size_t> open_;
};

/// All elements in the order of their start. Throws std::runtime_error if the text is not XML.
inline std::vector<XmlElement> xml_elements(std::string_view svg) {
  return XmlReader(svg).read();
}

/// Those with this name, and with this class if one is given.
inline std::vector<XmlElement> elements_of(std::string_view svg, const std::string& name,
                                           const std::string& class_name = "") {
  std::vector<XmlElement> found;
  for (const XmlElement& element : xml_elements(svg)) {
    if (element.name != name) continue;
    const std::string classes = " " + element.attribute("class") + " ";
    if (!class_name.empty() && classes.find(" " + class_name + " ") == std::string::npos) continue;
    found.push_back(element);
  }
  return found;
}

/// Every text that a figure shows, in order.
inline std::vector<std::string> texts_of(std::string_view svg) {
  std::vector<std::string> texts;
  for (const XmlElement& element : elements_of(svg, "text")) texts.push_back(element.text);
  return texts;
}

/// Of a figure of lines, the lines themselves, without their samples beside the names.
inline std::vector<XmlElement> lines_in(std::string_view svg) {
  std::vector<XmlElement> lines = elements_of(svg, "path", "line");
  std::erase_if(lines, [](const XmlElement& each) { return each.is_in("names"); });
  return lines;
}

/// The names at the ends of its lines, sorted.
inline std::vector<std::string> names_in(std::string_view svg) {
  std::vector<std::string> names;
  for (const XmlElement& text : elements_of(svg, "text")) {
    if (text.is_in("names")) names.push_back(text.text);
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// Texts that a page or a figure must survive.
inline const std::vector<std::string> hostile_texts = {
    "</title></svg><script>alert(1)</script>",
    "<!-- ]]> & &amp; \"'",
    "\" onload=\"alert(1)",
    std::string("NUL \0 in it", 11),
    "\x1b[31mred\x1b[0m \x7f \xc2\x85",
    "right to left \xe2\x80\xae override",
    "line \xe2\x80\xa8 separator",
    "surrogate \xed\xa0\x80, cut \xe4\xb8, \xff\xfe",
    "no character \xef\xbf\xbe \xef\xbf\xbf",
    "\n\t",
    "",
    std::string(100000, '<')};

}  // namespace heed::testing
