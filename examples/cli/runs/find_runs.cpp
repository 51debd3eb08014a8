#include "heed/examples/cli/runs/find_runs.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <string_view>

#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/runs/run_files.h"
#include "heed/framework/base/error.h"
#include "heed/framework/io/folder.h"
#include "heed/framework/io/io_error.h"

namespace heed {
namespace {

namespace fs = std::filesystem;

constexpr int deepest = 16;

bool starts_with_digit(std::string_view text) {
  return !text.empty() && std::isdigit(static_cast<unsigned char>(text.front())) != 0;
}

/// Cuts a number or a single character off a text.
std::string_view take_part(std::string_view& text) {
  size_t size = 1;
  while (starts_with_digit(text) && starts_with_digit(text.substr(size))) ++size;
  const std::string_view part = text.substr(0, size);
  text.remove_prefix(size);
  return part;
}

/// Whether it is an integer: what begins with a zero may be the digits behind a point.
bool is_integer_part(std::string_view part) {
  return starts_with_digit(part) && part.front() != '0';
}

/// The order of a directory as people read it: numbers by their value.
bool reads_before(const std::string& a, const std::string& b) {
  std::string_view left = a, right = b;
  while (!left.empty() && !right.empty()) {
    const std::string_view one = take_part(left), other = take_part(right);
    const bool are_numbers = is_integer_part(one) && is_integer_part(other);
    if (are_numbers && one.size() != other.size()) return one.size() < other.size();
    if (one != other) return one < other;
  }
  if (left.empty() != right.empty()) return left.empty();
  return a < b;
}

void add_runs(const fs::path& folder, int depth, std::vector<std::string>& runs,
              std::vector<std::string>* warnings) {
  if (is_run(folder.string())) {
    runs.push_back(folder.string());
    return;
  }
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    std::error_code ignored;
    const bool is_folder = fs::is_directory(entry->symlink_status(ignored));
    const bool is_hidden = entry->path().filename().string().starts_with('.');
    if (!is_folder || is_hidden) continue;
    if (depth < deepest) {
      add_runs(entry->path(), depth + 1, runs, warnings);
    } else if (warnings != nullptr) {
      warnings->push_back(text_of(entry->path().string(), ": not searched: more than ", deepest,
                                  " directories below the first"));
    }
  }
  if (!error) return;
  const std::string fault = text_of(folder.string(), ": cannot read directory: ", error.message());
  if (depth == 0) throw IoError(fault);
  if (warnings != nullptr) warnings->push_back(fault);
}

}  // namespace

bool is_run(const std::string& path) {
  int count = 0;
  for (const std::string& part :
       {config_file(path), record_file(path), metrics_file(path), checkpoints_folder(path)}) {
    if (!is_free(part)) ++count;
  }
  return count >= 2;
}

std::vector<std::string> runs_below(const std::string& directory,
                                    std::vector<std::string>* warnings) {
  std::vector<std::string> runs;
  add_runs(directory, 0, runs, warnings);
  std::sort(runs.begin(), runs.end(), reads_before);
  return runs;
}

std::vector<std::string> named_runs(const std::vector<std::string>& paths) {
  std::vector<std::string> runs;
  for (const std::string& path : paths) {
    std::vector<std::string> below;
    try {
      below = runs_below(path);
    } catch (const IoError& error) {  // it is all that the command was given
      refuse("runs", error.what());
    }
    if (below.empty()) refuse(path, "there is no run directory in it");
    for (const std::string& run : below) {
      if (std::find(runs.begin(), runs.end(), run) == runs.end()) runs.push_back(run);
    }
  }
  return runs;
}

}  // namespace heed
