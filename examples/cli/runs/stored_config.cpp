#include "heed/examples/cli/runs/stored_config.h"

#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/config/overrides.h"
#include "heed/examples/cli/config/read_config.h"

namespace heed {
namespace {

/// Before there was a task.seed, train.seed was that of the data too.
bool lacks_data_seed(const std::string& text) {
  const JsonValue json = read_json(text);
  return json.find("task") == nullptr || json.find("task")->find("seed") == nullptr;
}

}  // namespace

Config StoredConfig::read(const ConfigTable& table, const std::vector<std::string>& sets) const {
  const Config stored = read_config_text(table, text, name);
  std::vector<std::string> with = sets;
  if (lacks_data_seed(text) && !set_of_key("task.seed", sets)) {
    with.push_back(text_of("task.seed=", stored.get<int64_t>("train.seed")));
  }
  return with.empty() ? stored : read_config_text(table, text, name, with);
}

}  // namespace heed
