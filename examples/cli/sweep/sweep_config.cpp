#include "heed/examples/cli/sweep/sweep_config.h"

#include <filesystem>
#include <utility>
#include <variant>

#include "heed/examples/cli/config/config_source.h"
#include "heed/examples/cli/config/overrides.h"
#include "heed/examples/cli/config/read_config.h"
#include "heed/examples/cli/training/experiment.h"
#include "heed/framework/base/text.h"

namespace heed {

SweepConfig::SweepConfig(const Registry& registry, const std::string& path)
    : SweepConfig(registry, path == "-" ? "stdin" : path, read_config_source(path)) {}

SweepConfig::SweepConfig(const Registry& registry, std::string name, std::string text)
    : registry_(registry),
      table_(registry.table()),
      name_(std::move(name)),
      folder_(std::filesystem::path(name_).parent_path().string()),
      text_(std::move(text)) {}

Config SweepConfig::read(const std::vector<std::string>& sets) const {
  return read_config_text(table_, text_, name_, sets, folder_);
}

std::vector<std::string> SweepConfig::with_paths(std::vector<std::string> sets) const {
  const Config config = read(sets);
  for (const auto& [path, value] : config.values()) {
    const auto* file = std::get_if<std::string>(&value);
    if (file == nullptr || !table_.is_path(path) || set_of_key(path, sets)) continue;
    sets.push_back(path + "=" + json_string(*file));
  }
  return sets;
}

void SweepConfig::check(const std::vector<std::string>& sets) const {
  static_cast<void>(plan_experiment(registry_, read(sets), {name_, sets}));
}

}  // namespace heed
