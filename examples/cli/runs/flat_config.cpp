#include "heed/examples/cli/runs/flat_config.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>

#include "heed/examples/cli/config/config.h"
#include "heed/examples/cli/config/key_lookup.h"
#include "heed/examples/cli/config/read_config.h"
#include "heed/examples/cli/config/shipped_configs.h"
#include "heed/examples/cli/config/text.h"
#include "heed/examples/cli/training/registry.h"

namespace heed {
namespace {

constexpr const char* unset = "unset";

void add_values(FlatConfig& config, const std::string& path, const JsonValue& value) {
  using Kind = JsonValue::Kind;
  if (value.kind == Kind::null) return;
  if (value.kind != Kind::object && value.kind != Kind::array) {
    config.emplace_back(path, value.text);
    return;
  }
  for (const JsonValue& child : value.children) {
    add_values(config, path.empty() ? child.name : path + "." + child.name, child);
  }
}

struct Shipped {
  std::string name;
  FlatConfig given;   // by the file
  FlatConfig values;  // with all defaults filled in
};

const ConfigTable& builtin_table() {
  static const ConfigTable table = builtin_registry().table();
  return table;
}

const std::vector<Shipped>& all_shipped() {
  static const std::vector<Shipped> all = [] {
    std::vector<Shipped> shipped;
    for (const ShippedConfig& file : shipped_configs()) {
      const std::string name(file.name);
      const Config config = read_config_text(builtin_table(), file.text, name);
      shipped.push_back(
          {name, flat_config(read_json(file.text)), flat_config(read_json(to_json(config)))});
    }
    return shipped;
  }();
  return all;
}

/// Whether any entry of a key, which several choices may have, is so.
template <class Predicate>
bool any_entry(const std::string& path, const Predicate& is_so) {
  const auto& entries = builtin_table().entries();
  return std::any_of(entries.begin(), entries.end(),
                     [&](const ConfigEntry& entry) { return entry.path == path && is_so(entry); });
}

/// A value as flat_config() has it.
std::string flat_text(const ConfigValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text != nullptr ? *text : config_text(value);
}

bool has_default(const ConfigEntry& entry, const std::string& value) {
  return entry.fallback.index() != 0 && flat_text(entry.fallback) == value;
}

bool is_default(const std::string& path, const std::string& value) {
  return any_entry(path, [&](const ConfigEntry& entry) { return has_default(entry, value); });
}

/// What the keys of a configuration mean beside what it chooses.
KeyLookup lookup_in(const FlatConfig& config) {
  std::map<std::string, std::string> chosen;
  for (const Chooser& chooser : builtin_table().choosers()) {
    if (const std::string* value = value_at(config, chooser.key.path)) {
      chosen[chooser.key.path] = *value;
    }
  }
  return {builtin_table(), std::move(chosen)};
}

bool is_same_value(const std::string& path, const std::string& a, const std::string& b) {
  if (!builtin_table().is_path(path)) return a == b;
  return std::filesystem::path(a).filename() == std::filesystem::path(b).filename();
}

FlatConfig changes_from(const Shipped& shipped, const FlatConfig& config) {
  using Meaning = KeyLookup::Meaning;
  const KeyLookup lookup = lookup_in(config);
  FlatConfig changes;
  for (const auto& [path, value] : config) {
    const KeyLookup::Result key = lookup.find(path);
    const bool is_key = key.meaning == Meaning::key;
    // A default beside the file's choices may be none beside those of the configuration.
    const bool is_given = !is_key || value_at(shipped.given, path) != nullptr;
    const std::string* before = is_given ? value_at(shipped.values, path) : nullptr;
    const bool is_same = before != nullptr ? is_same_value(path, *before, value)
                         : is_key          ? has_default(*key.entry, value)
                                           : is_default(path, value);
    if (!is_same) changes.emplace_back(path, value);
  }
  for (const auto& [path, value] : shipped.values) {
    if (value_at(config, path) != nullptr) continue;
    // A key with a default that is missing is one that an earlier version did not have.
    const bool may_be_unset = any_entry(path, [](const ConfigEntry& entry) {
      return !entry.required && entry.fallback.index() == 0;
    });
    const Meaning meaning = lookup.find(path).meaning;
    const bool is_in_list = meaning == Meaning::nothing;
    if (is_in_list || (may_be_unset && meaning != Meaning::foreign)) {
      changes.emplace_back(path, unset);
    }
  }
  return changes;
}

/// The keys that do not have their defaults; those that must be given are not changes.
FlatConfig changes_from_defaults(const FlatConfig& config) {
  FlatConfig changes;
  for (const auto& [path, value] : config) {
    const bool must_be_given =
        any_entry(path, [](const ConfigEntry& entry) { return entry.required; });
    if (!must_be_given && !is_default(path, value)) changes.emplace_back(path, value);
  }
  return changes;
}

}  // namespace

FlatConfig flat_config(const JsonValue& config) {
  FlatConfig flat;
  for (const JsonValue& member : config.children) {
    if (member.name != "about") add_values(flat, member.name, member);
  }
  return flat;
}

const std::string* value_at(const FlatConfig& config, std::string_view path) {
  const auto found = std::find_if(config.begin(), config.end(),
                                  [&](const auto& member) { return member.first == path; });
  return found == config.end() ? nullptr : &found->second;
}

std::vector<DifferingKey> differing_keys(const std::vector<FlatConfig>& configs) {
  std::vector<DifferingKey> keys;
  std::map<std::string_view, size_t> places;
  for (size_t i = 0; i < configs.size(); ++i) {
    for (const auto& [path, value] : configs[i]) {
      const auto [place, is_new] = places.emplace(path, keys.size());
      if (is_new) keys.push_back({path, std::vector<std::string>(configs.size(), unset)});
      keys[place->second].values[i] = value;
    }
  }
  std::erase_if(keys, [](const DifferingKey& key) {
    return std::all_of(key.values.begin(), key.values.end(),
                       [&](const std::string& value) { return value == key.values.front(); });
  });
  return keys;
}

ShippedChanges changes_from_shipped(const FlatConfig& config) {
  const std::string* task = value_at(config, "task.type");
  std::optional<ShippedChanges> nearest;
  for (const Shipped& shipped : all_shipped()) {
    const std::string* its_task = value_at(shipped.values, "task.type");
    if (task == nullptr || its_task == nullptr || *its_task != *task) continue;
    FlatConfig changes = changes_from(shipped, config);
    if (nearest && nearest->changes.size() <= changes.size()) continue;
    nearest = {shipped.name, std::move(changes)};
  }
  return nearest ? *nearest : ShippedChanges{"", changes_from_defaults(config)};
}

}  // namespace heed
