#include "heed/examples/cli/sweep/run_name.h"

#include <fmt/format.h>

#include <algorithm>

namespace heed {
namespace {

constexpr size_t least_digits = 3;

bool is_name_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_safe(char c) {
  return is_name_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view("._=,+-").find(c) != std::string_view::npos;
}

std::string safe_text(std::string_view text) {
  std::string safe(text);
  std::replace_if(
      safe.begin(), safe.end(), [](char c) { return !is_safe(c); }, '_');
  return safe;
}

/// The last `count` parts of a dotted path, or all of it.
std::string last_parts(const std::string& path, size_t count) {
  size_t dot = path.size();
  for (; count > 0 && dot != std::string::npos; --count) {
    dot = dot == 0 ? std::string::npos : path.rfind('.', dot - 1);
  }
  return dot == std::string::npos ? path : path.substr(dot + 1);
}

}  // namespace

std::vector<std::string> short_names(const std::vector<std::string>& paths) {
  std::vector<std::string> names;
  for (const std::string& path : paths) {
    size_t parts = 1;
    const auto is_shared = [&](const std::string& other) {
      return other != path && last_parts(other, parts) == last_parts(path, parts);
    };
    while (parts < path.size() && std::any_of(paths.begin(), paths.end(), is_shared)) ++parts;
    names.push_back(last_parts(path, parts));
  }
  return names;
}

std::string run_name(int64_t number, const std::vector<std::pair<std::string, std::string>>& label,
                     std::string_view seed) {
  std::string name = fmt::format("{:03}-", number), values;
  for (const auto& [key, value] : label) values += safe_text(key + "=" + value) + ",";
  const std::string end = safe_text(fmt::format("seed={}", seed));
  const size_t room = longest_run_name - std::min(longest_run_name, name.size() + end.size());
  if (values.size() > room) values = values.substr(0, room - std::min<size_t>(room, 1)) + ",";
  name += values + end;
  return name.substr(0, longest_run_name);
}

bool is_run_name(std::string_view text) {
  const size_t digits =
      static_cast<size_t>(std::find_if_not(text.begin(), text.end(), is_name_digit) - text.begin());
  return digits >= least_digits && text.size() > digits && text[digits] == '-' &&
         text.size() <= longest_run_name && std::all_of(text.begin(), text.end(), is_safe);
}

}  // namespace heed
