#include "heed/examples/cli/runs/stored_config.h"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/config/overrides.h"
#include "heed/examples/cli/config/paths.h"
#include "heed/examples/cli/config/read_config.h"
#include "heed/examples/cli/config/text.h"
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

/// Nothing if the text is no JSON.
std::optional<JsonValue> json_in(const std::string& text) {
  try {
    return read_json(text);
  } catch (const JsonError&) {
    return {};
  }
}

/// Throws ConfigError if the configuration names a part that none of the table's choices is.
void check_parts(const ConfigTable& table, const JsonValue& json, const std::string& place) {
  const auto& choosers = table.choosers();
  for (const Chooser& one : choosers) {
    const std::string& path = one.key.path;
    const JsonValue* name = json.at(path);
    if (name == nullptr || name->kind != JsonValue::Kind::string) continue;
    if (std::any_of(choosers.begin(), choosers.end(), [&](const Chooser& other) {
          return other.key.path == path && other.find(name->text) != nullptr;
        })) {
      continue;
    }
    refuse(place, path + ": this program has no " + in_quotes(name->text) +
                      "; the program that trained it may have registered parts that this one does "
                      "not have");
  }
}

}  // namespace

Config read_stored_text(const ConfigTable& table, const std::string& text,
                        const std::string& place) {
  try {
    return read_config_text(table, text, place);
  } catch (const ConfigError&) {
    if (const auto json = json_in(text)) check_parts(table, *json, place);
    throw;
  }
}

Config StoredConfig::read(const ConfigTable& table, const std::vector<std::string>& sets) const {
  const Config stored = read_stored_text(table, text, name);
  std::vector<std::string> with = sets;
  if (lacks_data_seed(text) && !set_of_key("task.seed", sets)) {
    with.push_back(text_of("task.seed=", stored.get<int64_t>("train.seed")));
  }
  add_moved_paths(table, stored, name, with);
  return with.empty() ? stored : read_config_text(table, text, name, with);
}

}  // namespace heed
