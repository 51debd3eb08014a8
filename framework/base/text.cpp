#include "heed/framework/base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace heed {
namespace {

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

/// Bytes of the valid code point at the start of `text`; 0 if it is not valid.
/// The bounds of the second byte are those of Unicode, table 3-7: no overlong form, no surrogate.
size_t code_point_length(std::string_view text) {
  const auto byte = [&](size_t index) { return static_cast<unsigned char>(text[index]); };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  const size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (text.size() < length) return 0;
  const unsigned low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const unsigned high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  if (byte(1) < low || byte(1) > high) return 0;
  for (size_t i = 2; i < length; ++i) {
    if (!is_continuation(text[i])) return 0;
  }
  return length;
}

/// The number of a code point in valid UTF-8.
char32_t number_of(std::string_view code_point) {
  const auto first = static_cast<unsigned char>(code_point[0]);
  if (code_point.size() == 1) return first;
  char32_t number = first & (0x7Fu >> code_point.size());
  for (const char c : code_point.substr(1)) {
    number = number << 6 | (static_cast<unsigned char>(c) & 0x3Fu);
  }
  return number;
}

/// Whether a terminal might obey instead of showing it: C0 and C1 controls, and those that change
/// the direction of text, so that it reads as something else.
bool is_control(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x61C || c == 0x200E || c == 0x200F ||
         (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

struct CodePoints {
  char32_t first, last;
};

// The large blocks of Unicode; rare ones are taken to be one column wide.
constexpr CodePoints joining[] = {
    {0x300, 0x36F},   {0x483, 0x489},   {0x591, 0x5BD},   {0x64B, 0x65F},   {0x1AB0, 0x1AFF},
    {0x1DC0, 0x1DFF}, {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}};
constexpr CodePoints wide[] = {
    {0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0xA4CF},  {0xA960, 0xA97F}, {0xAC00, 0xD7A3},
    {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},  {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F},
    {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};

size_t columns_of(char32_t code_point) {
  const auto holds = [=](CodePoints range) {
    return range.first <= code_point && code_point <= range.last;
  };
  if (std::any_of(std::begin(joining), std::end(joining), holds)) return 0;
  return std::any_of(std::begin(wide), std::end(wide), holds) ? 2 : 1;
}

}  // namespace

TextPosition position_of(std::string_view text, size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::string_view left = before.substr(before.rfind('\n') + 1);  // npos + 1 is 0
  const auto column =
      1 + std::count_if(left.begin(), left.end(), [](char c) { return !is_continuation(c); });
  return {static_cast<size_t>(line), static_cast<size_t>(column)};
}

size_t first_invalid_utf8(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    const size_t length = code_point_length(text.substr(at));
    if (length == 0) return at;
    at += length;
  }
  return at;
}

std::string_view take_code_point(std::string_view& text) {
  const std::string_view first = text.substr(0, code_point_length(text));
  text.remove_prefix(first.size());
  return first;
}

size_t displayed_width(std::string_view text) {
  size_t width = 0;
  while (!text.empty()) width += columns_of(number_of(take_code_point(text)));
  return width;
}

std::string json_string(std::string_view text) {
  std::string json = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      json += '\\';
      json += c;
    } else if (c == '\n') {
      json += "\\n";
    } else if (c == '\t') {
      json += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      json += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      json += c;
    }
  }
  return json + "\"";
}

std::string printable(std::string_view text, size_t longest) {
  std::string shown;
  for (size_t count = 0; !text.empty(); ++count) {
    if (count == longest) return shown + "…";
    const size_t length = code_point_length(text);
    const std::string_view first = text.substr(0, std::max<size_t>(length, 1));
    shown += length == 0 || is_control(number_of(first)) ? "?" : first;
    text.remove_prefix(first.size());
  }
  return shown;
}

std::string without_controls(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const size_t length = code_point_length(text);
    const std::string_view first = text.substr(0, std::max<size_t>(length, 1));
    if (length == 0) {
      shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(first[0]));
    } else if (is_control(number_of(first)) && first != "\n" && first != "\t") {
      shown += fmt::format("\\u{:04x}", static_cast<unsigned>(number_of(first)));
    } else {
      shown += first;
    }
    text.remove_prefix(first.size());
  }
  return shown;
}

std::string in_quotes(std::string_view text) {
  return '"' + printable(text) + '"';
}

std::string counted(int64_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

std::string list_in_quotes(const std::vector<std::string>& words) {
  std::string list;
  for (const std::string& word : words) list += (list.empty() ? "" : ", ") + in_quotes(word);
  return list;
}

std::string list_with_or(const std::vector<std::string>& words) {
  std::string list;
  for (size_t i = 0; i < words.size(); ++i) {
    const char* before = i == 0 ? "" : i + 1 == words.size() ? " or " : ", ";
    list += before + words[i];
  }
  return list;
}

}  // namespace heed
