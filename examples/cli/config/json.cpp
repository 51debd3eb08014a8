#include "heed/examples/cli/config/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "heed/examples/cli/config/text.h"

namespace heed {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' || c == '-' ||
         c == '.' || c == '_';
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

bool is_number(std::string_view word) {
  size_t at = 0;
  const auto take = [&](std::string_view any) {
    if (at == word.size() || any.find(word[at]) == any.npos) return false;
    ++at;
    return true;
  };
  const auto take_digits = [&] {
    const size_t start = at;
    while (at < word.size() && is_digit(word[at])) ++at;
    return at > start;
  };
  take("-");
  if (!take("0") && !take_digits()) return false;
  if (take(".") && !take_digits()) return false;
  if (take("eE")) {
    take("+-");
    if (!take_digits()) return false;
  }
  return at == word.size();
}

/// Why a bare word is no JSON value.
std::string word_hint(std::string_view word) {
  const std::string plain = lower(word.substr(word.find_first_not_of("+-") == 1 ? 1 : 0));
  if (plain == "nan" || plain == "inf" || plain == "infinity") return "a number must be finite";
  if (plain == "true" || plain == "false" || plain == "null") return "write it as " + plain;
  if (plain == "none") return "write it as null";
  if (std::string_view("0123456789.+-").find(plain[0]) != std::string_view::npos) {
    return "a number looks like 3, -0.5 or 1e-3";
  }
  return "a string takes double quotes";
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  JsonValue read_document() {
    skip_space();
    if (at_ == text_.size()) fail(at_, "the text is empty; the shortest configuration is {}");
    JsonValue value = read_value(0);
    skip_space();
    if (at_ < text_.size()) fail(at_, "expected the end of the text: found " + found());
    return value;
  }

 private:
  [[noreturn]] static void fail(size_t offset, const std::string& message) {
    throw JsonError(offset, message);
  }

  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  std::string_view word() const {
    const auto start = text_.begin() + static_cast<std::ptrdiff_t>(at_);
    return {start, std::find_if_not(start, text_.end(), is_word)};
  }

  /// What stands here, for a message.
  std::string found() const {
    if (at_ == text_.size()) return "the end of the text";
    if (!word().empty()) return in_quotes(word());
    size_t end = at_ + 1;
    while (end < text_.size() && (text_[end] & 0xC0) == 0x80) ++end;
    return text_[at_] == '"' ? "a string" : in_quotes(text_.substr(at_, end - at_));
  }

  void skip_space() {
    at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
    if (peek() == '/' || peek() == '#') {
      fail(at_, R"(a comment: JSON has none; write it under "about")");
    }
  }

  JsonValue read_value(int depth) {
    const size_t offset = at_;
    if (peek() == '"') return {JsonValue::Kind::string, offset, read_string()};
    if (peek() == '{' || peek() == '[') {
      if (depth == json_depth_limit) {
        fail(offset, fmt::format("nested too deep: more than {} levels", json_depth_limit));
      }
      return peek() == '{' ? read_object(depth) : read_array(depth);
    }
    if (peek() == '\'') fail(offset, "a string takes double quotes: found '");
    const std::string_view literal = word();
    if (literal.empty()) fail(offset, "expected a value: found " + found());
    at_ += literal.size();
    const auto kind = literal == "null"                         ? JsonValue::Kind::null
                      : literal == "true" || literal == "false" ? JsonValue::Kind::boolean
                                                                : JsonValue::Kind::number;
    if (kind == JsonValue::Kind::number && !is_number(literal)) {
      fail(offset, "not a JSON value: found " + in_quotes(literal) + "; " + word_hint(literal));
    }
    return {kind, offset, std::string(literal)};
  }

  JsonValue read_array(int depth) {
    JsonValue array{JsonValue::Kind::array, at_};
    if (is_closed_at_once(array.offset, ']')) return array;
    do {
      array.children.push_back(read_value(depth + 1));
    } while (is_continued(array.offset, ']'));
    return array;
  }

  JsonValue read_object(int depth) {
    JsonValue object{JsonValue::Kind::object, at_};
    if (is_closed_at_once(object.offset, '}')) return object;
    do {
      const size_t offset = at_;
      if (peek() != '"') fail(offset, "expected a name in double quotes: found " + found());
      std::string name = read_string();
      skip_space();
      if (peek() != ':') {
        fail(at_, "expected \":\" after the name " + in_quotes(name) + ": found " + found());
      }
      ++at_;
      skip_space();
      JsonValue& member = object.children.emplace_back(read_value(depth + 1));
      member.name = std::move(name);
      member.name_offset = offset;
    } while (is_continued(object.offset, '}'));
    return object;
  }

  /// Steps over the opening bracket, and over the closing one if it follows.
  bool is_closed_at_once(size_t opened, char close) {
    ++at_;
    skip_space();
    if (at_ == text_.size()) fail_unclosed(opened);
    if (peek() != close) return false;
    ++at_;
    return true;
  }

  /// Steps over "," (true) or the closing bracket (false).
  bool is_continued(size_t opened, char close) {
    skip_space();
    if (at_ == text_.size()) fail_unclosed(opened);
    const size_t offset = at_;
    if (peek() == close) {
      ++at_;
      return false;
    }
    if (peek() != ',') {
      fail(offset, fmt::format("expected \",\" or \"{}\": found {}", close, found()));
    }
    ++at_;
    skip_space();
    if (at_ == text_.size()) fail_unclosed(opened);
    if (peek() == close) fail(offset, fmt::format("a trailing comma before \"{}\"", close));
    return true;
  }

  [[noreturn]] void fail_unclosed(size_t opened) const {
    fail(at_, fmt::format("the text ends too early: the \"{}\" of line {} is not closed",
                          text_[opened], position_of(text_, opened).line));
  }

  std::string read_string() {
    const size_t opened = at_++;
    std::string content;
    while (true) {
      const size_t end = std::min(text_.find_first_of("\"\\\n", at_), text_.size());
      for (const char c : text_.substr(at_, end - at_)) {
        if (static_cast<unsigned char>(c) < 0x20) {
          fail(at_, fmt::format("a control character in a string: write it as \\u{:04x}",
                                static_cast<unsigned>(c)));
        }
        content += c;
        ++at_;
      }
      if (at_ == text_.size() || peek() == '\n') {
        fail(opened, "a string without its closing quote on the same line");
      }
      if (text_[at_] == '"') {
        ++at_;
        return content;
      }
      append_utf8(content, read_escape());
    }
  }

  unsigned read_escape() {
    const size_t offset = at_++;
    const char letter = peek();
    ++at_;
    constexpr std::string_view letters = "\"\\/bfnrt";
    constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
    if (const size_t index = letters.find(letter); index != letters.npos) {
      return static_cast<unsigned char>(meanings[index]);
    }
    if (letter != 'u') {
      fail(offset, R"(an unknown escape in a string; a backslash itself is written \\)");
    }
    const unsigned first = read_hex(offset);
    if (first < 0xD800 || first > 0xDFFF) return first;
    if (first < 0xDC00 && text_.substr(at_, 2) == "\\u") {
      at_ += 2;
      const unsigned second = read_hex(offset);
      if (second >= 0xDC00 && second <= 0xDFFF) {
        return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
      }
    }
    fail(offset, "half a surrogate pair in a string; write the character itself");
  }

  unsigned read_hex(size_t escape_offset) {
    const std::string_view digits = text_.substr(std::min(at_, text_.size()), 4);
    constexpr std::string_view hex = "0123456789abcdef";
    unsigned value = 0;
    for (const char c : lower(digits)) {
      const size_t digit = hex.find(c);
      if (digit == hex.npos) fail(escape_offset, "\\u takes four hexadecimal digits");
      value = value * 16 + static_cast<unsigned>(digit);
    }
    if (digits.size() < 4) fail(escape_offset, "\\u takes four hexadecimal digits");
    at_ += 4;
    return value;
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

JsonValue read_json(std::string_view text) {
  if (text.size() > json_size_limit) {
    throw JsonError(0, fmt::format("too large: more than {} bytes", json_size_limit));
  }
  if (text.starts_with("\xEF\xBB\xBF")) {
    throw JsonError(0, "starts with a byte order mark; save it as UTF-8 without one");
  }
  if (const size_t bad = first_invalid_utf8(text); bad < text.size()) {
    throw JsonError(bad, fmt::format("not UTF-8: found the byte 0x{:02X}",
                                     static_cast<unsigned>(static_cast<unsigned char>(text[bad]))));
  }
  return Reader(text).read_document();
}

}  // namespace heed
