// Floating numbers as text and back, alike in every locale: by the C++ library (charconv.cpp), or
// by the C library where it has no such functions (no_charconv.cpp).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace heed {

/// Adds the shortest text that reads back as `value`.
void append_number(std::string& text, double value);

/// What a whole text such as "-0.5e3" means; nothing for any other text, for a number that is out
/// of range, and for what std::from_chars does not read: blanks or a plus at the beginning,
/// hexadecimal digits.
std::optional<double> read_number(std::string_view text);

}  // namespace heed
