// Text: UTF-8, positions, and quoting for files and for messages.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace heed {

/// Line and column, counted from 1; a column is one code point.
struct TextPosition {
  size_t line;    ///< from 1
  size_t column;  ///< from 1, in code points
};

/// The position of the byte `offset`, which lies on the first byte of a code point.
TextPosition position_of(std::string_view text, size_t offset);

/// The offset of the first byte that is not valid UTF-8; text.size() if all of it is valid.
size_t first_invalid_utf8(std::string_view text);

/// Cuts the first code point off a text that is valid UTF-8 and not empty.
std::string_view take_code_point(std::string_view& text);

/// How many columns of a terminal the code points of a valid text take: two for those of East Asian
/// scripts and emoji, none for accents that join the letter before them.
size_t displayed_width(std::string_view text);

/// The whole text as a JSON string, quotes included.
std::string json_string(std::string_view text);

/// For messages: control characters and invalid bytes become "?", and after `longest` code points
/// the text is cut with "…".
std::string printable(std::string_view text, size_t longest = 60);

/// For what leaves the program: control characters other than line breaks and tabs, and those that
/// change the direction of text, become \u001b, which in JSON means the same; invalid bytes \xff.
std::string without_controls(std::string_view text);

/// For messages: printable text in quotes.
std::string in_quotes(std::string_view text);

/// A count with its noun, which takes an s but for one: "1 symbol", "3 symbols".
std::string counted(int64_t count, std::string_view noun);

/// For messages: `"a", "b", "c"`.
std::string list_in_quotes(const std::vector<std::string>& words);

/// For messages: `a, b or c`.
std::string list_with_or(const std::vector<std::string>& words);

}  // namespace heed
