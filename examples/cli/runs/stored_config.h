// StoredConfig: the configuration that a run or a checkpoint has kept.
#pragma once

#include <string>
#include <vector>

#include "heed/examples/cli/config/config.h"

namespace heed {

/// It may be of an earlier version of heed: keys that did not exist then mean what they meant.
struct StoredConfig {
  std::string name;  ///< for messages
  std::string text;

  /// Throws ConfigError as read_config does.
  Config read(const ConfigTable& table, const std::vector<std::string>& sets = {}) const;
};

}  // namespace heed
