#include "heed/examples/cli/runs/snapshot_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>
#include <string_view>

#include "heed/examples/cli/runs/run_files.h"
#include "heed/framework/io/folder.h"
#include "heed/framework/io/io_error.h"
#include "heed/framework/io/output_file.h"
#include "heed/framework/io/safetensors.h"

namespace heed {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view name_start = "step-", name_end = ".safetensors";

std::string snapshot_name(int64_t step) {
  return fmt::format("{}{:06}{}", name_start, step, name_end);
}

std::optional<int64_t> step_in(std::string_view name) {
  if (!name.starts_with(name_start)) return {};
  int64_t step = 0;
  std::from_chars(name.data() + name_start.size(), name.data() + name.size(), step);
  if (step < 0 || name != snapshot_name(step)) return {};
  return step;
}

}  // namespace

SnapshotFolder::SnapshotFolder(const std::string& run) : path_(snapshots_folder(run)) {}

void SnapshotFolder::save(int64_t step, const NamedTensors& tensors,
                          const std::map<std::string, std::string>& metadata) const {
  if (!has_folder(path_)) {
    make_folder(path_);
    sync_folder(fs::path(path_).parent_path().string());
  }
  const std::string name = snapshot_name(step), partial = partial_file(path_, name);
  remove_folder(partial);
  try {
    OutputFile file(partial);
    file.write(to_safetensors(tensors, metadata));
    file.close();
    fs::rename(partial, path_ + "/" + name);
  } catch (const fs::filesystem_error& error) {
    remove_folder(partial);
    throw IoError(path_ + "/" + name, ": cannot replace: ", error.code().message());
  } catch (...) {
    remove_folder(partial);
    throw;
  }
}

void SnapshotFolder::sync(const std::vector<int64_t>& steps) const {
  for (const int64_t step : steps) {
    const std::string path = path_ + "/" + snapshot_name(step);
    if (!is_file(path)) continue;  // somebody removed it meanwhile
    OutputFile file(path, INT64_MAX);
    file.sync();
    file.close();
  }
  if (!steps.empty()) sync_folder(path_);
}

void SnapshotFolder::remove_after(int64_t step) const {
  for (const std::string& name : names_in(path_)) {
    const bool is_partial = name.starts_with("." + std::string(name_start));
    if (is_partial || step_in(name).value_or(step) > step) remove_folder(path_ + "/" + name);
  }
}

std::vector<SnapshotFile> SnapshotFolder::list() const {
  std::vector<SnapshotFile> files;
  for (const std::string& name : names_in(path_)) {
    if (const auto step = step_in(name)) files.push_back({*step, path_ + "/" + name});
  }
  std::sort(files.begin(), files.end(),
            [](const SnapshotFile& a, const SnapshotFile& b) { return a.step < b.step; });
  return files;
}

}  // namespace heed
