#include "heed/examples/cli/config/text.h"

#include <fmt/format.h>

#include <algorithm>

#include "heed/framework/base/error.h"

namespace heed {

std::vector<std::string> wrapped(std::string_view text, size_t width) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (word.empty()) continue;
    if (lines.empty() || displayed_width(lines.back()) + 1 + displayed_width(word) > width) {
      lines.emplace_back(word);
    } else {
      lines.back().append(" ").append(word);
    }
  }
  return lines;
}

std::string config_text(const ConfigValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return json_string(*text);
  if (const auto* number = std::get_if<double>(&value)) return text_of(*number);
  if (const auto* integer = std::get_if<int64_t>(&value)) return text_of(*integer);
  if (const auto* boolean = std::get_if<bool>(&value)) return text_of(*boolean);
  return "null";
}

std::string duration_text(double seconds) {
  constexpr double most = 1e12;  // what a file says may be anything
  const auto whole = static_cast<int64_t>(std::clamp(seconds, 0.0, most) + 0.5);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{}:{:02} min", whole / 60, whole % 60);
  return fmt::format("{}:{:02} h", whole / 3600, whole / 60 % 60);
}

std::string bytes_text(int64_t bytes) {
  constexpr int64_t kibi = 1024;
  if (bytes < kibi) return fmt::format("{} B", bytes);
  double size = static_cast<double>(bytes);
  const char* unit = "";
  for (const char* larger : {"KiB", "MiB", "GiB"}) {
    size /= kibi;
    unit = larger;
    if (size < kibi) break;
  }
  return fmt::format("{:.1f} {}", size, unit);
}

std::string shell_text(const std::vector<std::string>& words) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./,:@%";
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += ' ';
    if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) {
      text += word;
      continue;
    }
    text += '\'';
    for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    text += '\'';
  }
  return text;
}

}  // namespace heed
