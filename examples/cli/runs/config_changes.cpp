#include "heed/examples/cli/runs/config_changes.h"

#include <algorithm>
#include <utility>

#include "heed/examples/cli/config/overrides.h"
#include "heed/examples/cli/config/text.h"

namespace heed {
namespace {

std::string value_text(const Config& config, const std::string& path) {
  for (const auto& [name, value] : config.values()) {
    if (name == path) return value.index() == 0 ? "unset" : config_text(value);
  }
  return "unset";
}

/// The changed keys on which the task's data depends.
std::vector<ChangedKey> data_changes(const ConfigTable& table, const Config& before,
                                     const Config& after) {
  std::vector<ChangedKey> changes = changes_between(before, after);
  std::erase_if(changes,
                [&](const ChangedKey& change) { return !table.changes_data(change.path); });
  return changes;
}

/// Whether the only change is that fewer sequences are held out: those are still among the former.
bool holds_out_fewer(const std::vector<ChangedKey>& changes, const Config& now,
                     const Config& before) {
  return changes.size() == 1 && changes.front().path == "train.eval_sequences" &&
         now.get<int64_t>("train.eval_sequences") < before.get<int64_t>("train.eval_sequences");
}

}  // namespace

std::vector<ChangedKey> changes_between(const Config& before, const Config& after) {
  std::vector<std::string> paths;
  for (const Config* config : {&before, &after}) {
    for (const auto& [path, value] : config->values()) {
      if (std::find(paths.begin(), paths.end(), path) == paths.end()) paths.push_back(path);
    }
  }
  std::vector<ChangedKey> changes;
  for (const std::string& path : paths) {
    ChangedKey change{path, value_text(before, path), value_text(after, path)};
    if (change.before != change.after) changes.push_back(std::move(change));
  }
  return changes;
}

bool choose_data(const ConfigTable& table, const std::vector<std::string>& sets) {
  const auto& entries = table.entries();
  return std::any_of(entries.begin(), entries.end(), [&](const ConfigEntry& entry) {
    return entry.changes_data && set_of_key(entry.path, sets);
  });
}

std::string data_warning(const ConfigTable& table, const Config& now, const Config& before,
                         const DataDifference& difference) {
  const std::vector<ChangedKey> changes = data_changes(table, before, now);
  if (difference && changes.empty()) {
    return "warning: the data is not what the run had: " + difference.text;
  }
  if (holds_out_fewer(changes, now, before) && !difference.in_files) return "";
  if (difference ||
      now.get<int64_t>("train.eval_sequences") > before.get<int64_t>("train.eval_sequences")) {
    return "warning: the held-out sequences differ from the run's: some may have been trained on";
  }
  return "";
}

}  // namespace heed
