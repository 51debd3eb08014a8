// Overrides: the arguments of --set, "a.b=value".
#pragma once

#include <string>
#include <vector>

#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/config/table.h"

namespace heed {

/// One override, not yet checked against its key.
struct Override {
  std::string path;  ///< the key's present one
  std::string given_path;
  JsonValue value;
  std::string place;  ///< "--set a.b=value", for messages
};

/// Splits and parses the arguments; adds a fault for each that is malformed or repeats a path.
/// A value is JSON; for a string key, and where it is no JSON, it is the bare text.
std::vector<Override> parse_overrides(const ConfigTable& table,
                                      const std::vector<std::string>& sets,
                                      std::vector<ConfigFault>& faults);

}  // namespace heed
