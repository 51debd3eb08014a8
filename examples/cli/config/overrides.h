// Overrides: the arguments of --set, "a.b=value".
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/config/table.h"

namespace heed {

/// What an override says of one key, not yet checked against it.
struct Override {
  std::string path;  ///< the key's present one
  std::string given_path;
  JsonValue value;
  std::string place;  ///< "--set a.b=value", for messages

  /// Null: the key, or every key of the section, has its default whatever the file says.
  bool is_reset() const { return value.kind == JsonValue::Kind::null; }
};

/// Splits and parses the arguments; adds a fault for each that is malformed or repeats a path.
/// A value is JSON; for a string key, and where it is no JSON, it is the bare text. An object for a
/// section stands for an override of each of its keys.
std::vector<Override> parse_overrides(const ConfigTable& table,
                                      const std::vector<std::string>& sets,
                                      std::vector<ConfigFault>& faults);

/// The table with as many elements in its lists as the arguments of --set give, else the file.
ConfigTable with_elements_of(const ConfigTable& table, const JsonValue& file,
                             const std::vector<std::string>& sets);

/// The argument of --set that gives the key its value; none: the file or the default does.
std::optional<std::string> set_of_key(const std::string& path,
                                      const std::vector<std::string>& sets);

}  // namespace heed
