#include "heed/examples/cli/runs/config_changes.h"

#include <algorithm>
#include <utility>

#include "heed/examples/cli/config/text.h"

namespace heed {
namespace {

std::string value_text(const Config& config, const std::string& path) {
  for (const auto& [name, value] : config.values()) {
    if (name == path) return value.index() == 0 ? "unset" : config_text(value);
  }
  return "unset";
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

bool changes_data(const ConfigTable& table, const std::vector<ChangedKey>& changes) {
  return std::any_of(changes.begin(), changes.end(),
                     [&](const ChangedKey& change) { return table.changes_data(change.path); });
}

}  // namespace heed
