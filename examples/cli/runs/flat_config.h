// FlatConfig: the keys of a configuration with their values as text, to say in what runs differ.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "heed/examples/cli/config/json.h"

namespace heed {

/// Dotted paths with their values, in the order of the file: a text bare, anything else as JSON.
/// The top-level "about" and null are left out.
using FlatConfig = std::vector<std::pair<std::string, std::string>>;
FlatConfig flat_config(const JsonValue& config);

/// The value of a key; nullptr if it is unset.
const std::string* value_at(const FlatConfig& config, std::string_view path);

/// A key, and its value in each of several configurations, "unset" where it has none.
struct DifferingKey {
  std::string path;
  std::vector<std::string> values;
};
/// The keys that do not have the same value in all, in the order of the first that has them.
std::vector<DifferingKey> differing_keys(const std::vector<FlatConfig>& configs);

/// What a run has changed in a configuration that comes with heed.
struct ShippedChanges {
  std::string shipped;  ///< its name, such as "reverse"; "" if none has the task: see changes
  FlatConfig changes;   ///< keys with the run's values; without `shipped`, from the defaults
};
/// Of the shipped configurations with the same task, that which differs in the fewest keys. Of a
/// path only the name of the file counts.
ShippedChanges changes_from_shipped(const FlatConfig& config);

}  // namespace heed
