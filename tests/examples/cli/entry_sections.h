// Configurations of an entry of a list: its defaults, then one of its keys changed after the other.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "heed/examples/cli/config/table.h"

namespace heed::testing {

/// A section of a configuration that chooses an entry.
struct EntrySection {
  nlohmann::json values;
  std::string changed_key;  ///< in which it differs from the section before; of the first: empty
};

/// A value that the key can have instead of its default.
inline nlohmann::json other_value(const ConfigEntry& key) {
  switch (key.kind) {
    case ValueKind::boolean:
      return !std::get<bool>(key.fallback);
    case ValueKind::integer:
      if (!std::holds_alternative<int64_t>(key.fallback)) return 2;
      return std::get<int64_t>(key.fallback) + 1;
    case ValueKind::number:
      return std::get<double>(key.fallback) / 2 + 0.2;
    case ValueKind::string:
      return key.choices.front() == std::get<std::string>(key.fallback) ? key.choices.back()
                                                                        : key.choices.front();
  }
  throw ValueError("a key of an unknown kind: ", key.path);
}

/// `values` chooses the entry and sets the keys that it requires, which stay as they are, as do
/// those that name files.
inline std::vector<EntrySection> sections_of(const ConfigTable& keys, nlohmann::json values) {
  std::vector<EntrySection> sections{{values, ""}};
  for (const ConfigEntry& key : keys.entries()) {
    const bool is_free_text = key.kind == ValueKind::string && key.choices.empty();
    if (key.required || is_free_text) continue;
    values[key.path] = other_value(key);
    sections.push_back({values, key.path});
  }
  return sections;
}

}  // namespace heed::testing
