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

/// Reads a text that heed wrote, `place` for messages. A name that the table does not have is that
/// of a part which another program registered: of all faults, this one alone is reported.
Config read_stored_text(const ConfigTable& table, const std::string& text,
                        const std::string& place);

}  // namespace heed
