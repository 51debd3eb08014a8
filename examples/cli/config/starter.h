// A configuration to start from, with notes for somebody who is new to attention.
#pragma once

#include <string>
#include <vector>

#include "heed/examples/cli/config/shipped_configs.h"
#include "heed/examples/cli/config/table.h"

namespace heed {

struct Starter {
  std::string text;                   ///< JSON; each object has an "about"
  std::vector<std::string> gaps{};    ///< keys without a default, which got a stand-in
  std::vector<ShippedConfig> data{};  ///< files that it reads, by their paths from where it is
};

/// For a task of the table: the values of configs/<task>.json where heed ships one that this table
/// can read, else every key with its default.
Starter starter_config(const ConfigTable& table, const std::string& task);

}  // namespace heed
