// As std::to_chars and std::from_chars, for a target that has only the locale "C".
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "heed/framework/base/numbers.h"

namespace heed {
namespace {

/// The digits of a finite number, without its sign, and the exponent of the first one: as few as
/// read back as the number.
struct Digits {
  std::string digits;
  int exponent;
};
Digits shortest_digits(double value) {
  char buffer[40];
  for (int precision = 0; precision <= 16; ++precision) {
    std::snprintf(buffer, sizeof buffer, "%.*e", precision, value);
    if (std::strtod(buffer, nullptr) == value) break;
  }
  const std::string text = buffer;
  const size_t mark = text.find('e');
  std::string digits = text.substr(0, mark);
  digits.erase(std::remove(digits.begin(), digits.end(), '.'), digits.end());
  return {digits, std::atoi(text.c_str() + mark + 1)};
}

std::string scientific(const Digits& number) {
  std::string text = number.digits.substr(0, 1);
  if (number.digits.size() > 1) text += "." + number.digits.substr(1);
  const int size = std::abs(number.exponent);
  return text + (number.exponent < 0 ? "e-" : "e+") + (size < 10 ? "0" : "") + std::to_string(size);
}

/// `value` is the number itself: beyond 2⁵³ its digits are not zeros behind the shortest ones.
std::string fixed(const Digits& number, double value) {
  const auto count = static_cast<int>(number.digits.size());
  if (number.exponent < 0) {
    return "0." + std::string(static_cast<size_t>(-number.exponent - 1), '0') + number.digits;
  }
  const int whole = number.exponent + 1;
  if (whole >= count) {
    char buffer[400];
    std::snprintf(buffer, sizeof buffer, "%.0f", value);
    return buffer;
  }
  return number.digits.substr(0, static_cast<size_t>(whole)) + "." +
         number.digits.substr(static_cast<size_t>(whole));
}

/// What a text of std::from_chars consists of.
bool is_decimal(std::string_view text) {
  size_t at = 0, digits = 0;
  const auto count = [&] {
    const size_t first = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    return at - first;
  };
  if (at < text.size() && text[at] == '-') ++at;
  digits = count();
  if (at < text.size() && text[at] == '.') {
    ++at;
    digits += count();
  }
  if (digits == 0) return false;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    if (count() == 0) return false;
  }
  return at == text.size();
}

bool is_zero(std::string_view text) {
  return text.substr(0, text.find_first_of("eE")).find_first_of("123456789") == text.npos;
}

}  // namespace

void append_number(std::string& text, double value) {
  if (std::isnan(value) || std::isinf(value)) {
    if (std::signbit(value)) text += '-';
    text += std::isnan(value) ? "nan" : "inf";
    return;
  }
  if (std::signbit(value)) text += '-';
  const double size = std::abs(value);
  if (size == 0) {
    text += '0';
    return;
  }
  const Digits digits = shortest_digits(size);
  const std::string plain = fixed(digits, size), other = scientific(digits);
  text += plain.size() <= other.size() ? plain : other;
}

std::optional<double> read_number(std::string_view text) {
  std::string word(text.substr(!text.empty() && text[0] == '-' ? 1 : 0));
  for (char& c : word) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (word == "inf" || word == "infinity" || word == "nan") {
    return std::strtod(std::string(text).c_str(), nullptr);
  }
  if (!is_decimal(text)) return std::nullopt;
  const double value = std::strtod(std::string(text).c_str(), nullptr);
  const bool is_out_of_range = std::isinf(value) || (value == 0 && !is_zero(text));
  return is_out_of_range ? std::nullopt : std::optional(value);
}

}  // namespace heed
