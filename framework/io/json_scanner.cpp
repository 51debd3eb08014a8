#include "heed/framework/io/json_scanner.h"

#include <algorithm>
#include <charconv>

#include "heed/framework/base/text.h"
#include "heed/framework/io/io_error.h"

namespace heed {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// In UTF-8.
void append_code_point(std::string& to, char32_t code_point) {
  const auto append = [&](char32_t byte) { to += static_cast<char>(byte); };
  const auto append_tail = [&](int shift) { append(0x80 | (code_point >> shift & 0x3F)); };
  if (code_point < 0x80) {
    append(code_point);
  } else if (code_point < 0x800) {
    append(0xC0 | code_point >> 6);
    append_tail(0);
  } else if (code_point < 0x10000) {
    append(0xE0 | code_point >> 12);
    append_tail(6);
    append_tail(0);
  } else {
    append(0xF0 | code_point >> 18);
    append_tail(12);
    append_tail(6);
    append_tail(0);
  }
}

}  // namespace

bool JsonScanner::take(char token) {
  skip_space();
  if (at_ == text_.size() || text_[at_] != token) return false;
  ++at_;
  return true;
}

void JsonScanner::expect(char token) {
  if (!take(token)) fail(token == '"' ? "a string" : in_quotes({&token, 1}));
}

std::string JsonScanner::string() {
  expect('"');
  size_t end = at_;
  while (end < text_.size() && text_[end] != '"') end += text_[end] == '\\' ? 2 : 1;
  if (end >= text_.size()) {
    at_ = text_.size();
    fail("the end of a string");
  }
  std::string content;
  content.reserve(end - at_);  // growing step by step would take three times as much
  const auto is_plain = [](char c) { return c != '\\' && static_cast<unsigned char>(c) >= 0x20; };
  while (at_ < end) {
    const std::string_view rest = text_.substr(at_, end - at_);
    const auto plain =
        static_cast<size_t>(std::find_if_not(rest.begin(), rest.end(), is_plain) - rest.begin());
    content += rest.substr(0, plain);
    at_ += plain;
    if (at_ == end) break;
    if (text_[at_] != '\\') fail("control characters as escapes");
    append_escape(content);
  }
  ++at_;
  return content;
}

void JsonScanner::append_escape(std::string& to) {
  constexpr std::string_view letters = "\"\\/bfnrt", meanings = "\"\\/\b\f\n\r\t";
  ++at_;
  if (text_[at_] == 'u') return append_code_point(to, escaped_code_point());
  const size_t letter = letters.find(text_[at_]);
  if (letter == letters.npos) fail("an escape of JSON");
  to += meanings[letter];
  ++at_;
}

char32_t JsonScanner::escaped_code_point() {
  const uint32_t first = hexadecimal_unit();
  if (first < 0xD800 || first > 0xDFFF) return first;
  if (first > 0xDBFF || text_.substr(at_, 2) != "\\u") fail("a pair of surrogates");
  ++at_;
  const uint32_t second = hexadecimal_unit();
  if (second < 0xDC00 || second > 0xDFFF) fail("a pair of surrogates");
  return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
}

/// From the "u" on.
uint32_t JsonScanner::hexadecimal_unit() {
  const std::string_view digits = text_.substr(++at_, 4);
  uint32_t unit = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), unit, 16);
  if (error != std::errc() || end != digits.data() + 4) fail("four hexadecimal digits");
  at_ += 4;
  return unit;
}

uint64_t JsonScanner::integer() {
  skip_space();
  uint64_t value = 0;
  const char* start = text_.data() + at_;
  const auto [end, error] = std::from_chars(start, text_.data() + text_.size(), value);
  const auto length = static_cast<size_t>(end - start);
  if (error != std::errc() || (*start == '0' && length > 1)) fail("an integer from 0 to 2^64 - 1");
  at_ += length;
  if (at_ < text_.size() && (text_[at_] == '.' || text_[at_] == 'e' || text_[at_] == 'E')) {
    fail("an integer without fraction and exponent");
  }
  return value;
}

void JsonScanner::end() {
  while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  if (at_ < text_.size()) fail("only spaces after the last \"}\"");
}

void JsonScanner::skip_space() {
  constexpr std::string_view space = " \t\n\r";
  while (at_ < text_.size() && space.find(text_[at_]) != space.npos) ++at_;
}

void JsonScanner::fail(std::string_view expected) const {
  std::string_view rest = text_.substr(at_);
  std::string found = "the end of the header";
  if (!rest.empty() && is_digit(rest[0])) {
    found = rest.substr(0, std::min<size_t>(rest.find_first_not_of("0123456789"), 24));
  } else if (!rest.empty()) {
    found = in_quotes(take_code_point(rest));
  }
  throw IoError(file_, ": malformed header: at its byte ", at_, ": expected ", expected, ", found ",
                found);
}

}  // namespace heed
