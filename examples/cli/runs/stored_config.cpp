#include "heed/examples/cli/runs/stored_config.h"

#include <filesystem>

#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/config/overrides.h"
#include "heed/examples/cli/config/paths.h"
#include "heed/examples/cli/config/read_config.h"
#include "heed/framework/base/text.h"

namespace heed {
namespace {

/// Before there was a task.seed, train.seed was that of the data too.
bool lacks_data_seed(const std::string& text) {
  const JsonValue json = read_json(text);
  return json.find("task") == nullptr || json.find("task")->find("seed") == nullptr;
}

/// Overrides for data that was moved together with the folder of the configuration. Whether it is
/// the same data shows when it is read.
void add_moved_paths(const ConfigTable& table, const Config& stored, const std::string& name,
                     std::vector<std::string>& sets) {
  const std::string folder = std::filesystem::path(name).parent_path().string();
  for (const auto& [path, value] : stored.values()) {
    const auto* file = std::get_if<std::string>(&value);
    if (file == nullptr || !table.is_path(path) || set_of_key(path, sets)) continue;
    const std::string now = moved_path(*file, folder);
    if (now != *file) sets.push_back(path + "=" + json_string(now));
  }
}

}  // namespace

Config StoredConfig::read(const ConfigTable& table, const std::vector<std::string>& sets) const {
  const Config stored = read_config_text(table, text, name);
  std::vector<std::string> with = sets;
  if (lacks_data_seed(text) && !set_of_key("task.seed", sets)) {
    with.push_back(text_of("task.seed=", stored.get<int64_t>("train.seed")));
  }
  add_moved_paths(table, stored, name, with);
  return with.empty() ? stored : read_config_text(table, text, name, with);
}

}  // namespace heed
