#include "heed/examples/cli/config/paths.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <system_error>

#include "heed/framework/base/text.h"

namespace heed {
namespace {

namespace fs = std::filesystem;

/// A file of `folder` at the longest end of a path.
std::string file_at_end_of(const fs::path& path, const fs::path& folder) {
  std::error_code ignored;
  fs::path end = path.relative_path();
  while (!end.empty()) {
    if (fs::is_regular_file(folder / end, ignored)) return (folder / end).string();
    fs::path shorter;
    for (auto part = std::next(end.begin()); part != end.end(); ++part) shorter /= *part;
    end = shorter;
  }
  return "";
}

}  // namespace

std::string moved_path(const std::string& path, const std::string& folder) {
  std::error_code ignored;
  if (path.find('\0') != std::string::npos || fs::exists(path, ignored)) return path;
  for (fs::path above = absolute_path(folder.empty() ? "." : folder); above.has_relative_path();
       above = above.parent_path()) {
    std::string found = file_at_end_of(path, above);
    if (!found.empty()) return found;
  }
  return path;
}

std::string absolute_path(const std::string& path, const std::string& folder) {
  if (path.empty() || path.find('\0') != std::string::npos) return path;
  std::error_code error;
  const fs::path whole = fs::absolute(fs::path(folder) / path, error);
  if (error) return path;
  // Through a link, "a/../b" is not "b".
  const bool goes_up = std::find(whole.begin(), whole.end(), "..") != whole.end();
  return (goes_up ? whole : whole.lexically_normal()).string();
}

std::string without_tail(std::string path) {
  while (path.ends_with("/") || path.ends_with("/.")) path.pop_back();
  return path;
}

std::string shown_path(const std::string& path) {
  std::error_code error;
  const std::string here = fs::current_path(error).string() + "/";
  if (!error && (path == here || path + "/" == here)) return ".";
  const bool is_inside = !error && here != "//" && path.starts_with(here);
  return printable(is_inside ? path.substr(here.size()) : path, std::string::npos);
}

std::string path_hint(const std::string& path) {
  for (const fs::path& part : fs::path(path)) {
    if (!part.string().starts_with('~')) continue;
    return "; \"~\" is a name like any other here: write the whole path of the home directory";
  }
  return "";
}

}  // namespace heed
