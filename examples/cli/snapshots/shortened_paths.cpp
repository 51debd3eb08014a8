#include "heed/examples/cli/snapshots/shortened_paths.h"

#include <algorithm>
#include <cctype>

namespace heed {
namespace {

std::vector<std::string> parts_of_path(const std::string& path) {
  std::vector<std::string> parts;
  for (size_t start = 0; start <= path.size();) {
    const size_t end = std::min(path.find('.', start), path.size());
    parts.push_back(path.substr(start, end - start));
    start = end + 1;
  }
  return parts;
}

bool is_index(const std::string& part) {
  return !part.empty() && std::all_of(part.begin(), part.end(), [](char c) {
    return std::isdigit(static_cast<unsigned char>(c)) != 0;
  });
}

}  // namespace

std::vector<std::string> shortened_paths(const std::vector<std::string>& paths) {
  if (paths.size() < 2) return std::vector<std::string>(paths.size());
  std::vector<std::vector<std::string>> all;
  for (const std::string& path : paths) all.push_back(parts_of_path(path));
  size_t shortest = all[0].size();
  for (const auto& parts : all) shortest = std::min(shortest, parts.size());
  const auto all_have = [&](const auto& part_of) {
    return std::all_of(all.begin(), all.end(),
                       [&](const auto& parts) { return part_of(parts) == part_of(all[0]); });
  };
  size_t before = 0;
  while (before < shortest && all_have([&](const auto& parts) { return parts[before]; })) ++before;
  size_t after = 0;
  while (after < shortest - before &&
         all_have([&](const auto& parts) { return parts[parts.size() - 1 - after]; })) {
    ++after;
  }
  const bool are_indices = std::all_of(all.begin(), all.end(), [&](const auto& parts) {
    return before < parts.size() && is_index(parts[before]);
  });
  if (before > 0 && are_indices) --before;  // of what it is the index
  std::vector<std::string> shortened;
  for (const auto& parts : all) {
    std::string text;
    for (size_t i = before; i + after < parts.size(); ++i) {
      text += (text.empty() ? "" : ".") + parts[i];
    }
    shortened.push_back(text);
  }
  return shortened;
}

}  // namespace heed
