// ConfigTable: every key that a configuration may hold, in the order in which it is documented.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "heed/examples/cli/config/key.h"

namespace heed {

/// One value of a configuration; std::monostate is "none".
using ConfigValue = std::variant<std::monostate, bool, int64_t, double, std::string>;

/// The type of a key's value, in the order of ConfigValue; `number` is a double.
enum class ValueKind {
  boolean,  ///< true or false
  integer,  ///< whole, of 64 bits
  number,   ///< a double
  string,   ///< text
};

/// "boolean", "integer", "number" or "string".
std::string_view name_of(ValueKind kind);

/// The ValueKind of T.
template <KeyType T>
constexpr ValueKind kind_of() {
  if constexpr (std::is_same_v<T, bool>) return ValueKind::boolean;
  if constexpr (std::is_same_v<T, int64_t>) return ValueKind::integer;
  if constexpr (std::is_same_v<T, double>) return ValueKind::number;
  return ValueKind::string;
}

/// A key exists only where the key `path` has the value `value`.
struct ConfigCondition {
  std::string path;   ///< of the key on which it depends, from the top
  std::string value;  ///< of that key

  bool operator==(const ConfigCondition&) const = default;
};

/// One row of the table: a Key of any type.
struct ConfigEntry {
  /// A key that always has a value: required if it has no fallback.
  template <KeyType T>
  ConfigEntry(const Key<T>& key)
      : path(key.path),
        kind(kind_of<T>()),
        fallback(value_of(key, key.fallback)),
        required(!key.fallback),
        minimum(value_of(key, key.minimum)),
        exclusive_minimum(key.exclusive_minimum),
        maximum(value_of(key, key.maximum)),
        choices(names_of(key)),
        changes_data(key.changes_data),
        keeps_results(key.keeps_results),
        is_path(key.is_path),
        formerly(key.formerly),
        help(key.help) {}

  /// A key that may stay unset.
  template <KeyType T>
  static ConfigEntry optional(const Key<T>& key) {
    ConfigEntry entry(key);
    entry.required = false;
    entry.otherwise = key.otherwise;
    return entry;
  }

  std::string path;                  ///< with dots between sections
  ValueKind kind;                    ///< of its value
  ConfigValue fallback;              ///< none for a required or an optional key
  bool required;                     ///< must be given
  std::string otherwise{};           ///< what an unset optional key means; else empty
  ConfigValue minimum;               ///< none: no bound
  bool exclusive_minimum;            ///< whether the minimum itself is refused
  ConfigValue maximum;               ///< inclusive; none: no bound
  std::vector<std::string> choices;  ///< allowed strings; empty: any
  bool changes_data;     ///< whether another value means other data: a run is not resumed with it
  bool keeps_results;    ///< whether a run that changes it learns just the same
  bool is_path;          ///< whether it is a string that names a file
  std::string formerly;  ///< an earlier name in the same section, still accepted; else empty
  std::string help;      ///< a line of the manual
  std::vector<ConfigCondition> conditions{};  ///< all of them must hold; the innermost last

  /// Whether a number lies below the range.
  bool is_too_low(const ConfigValue& value) const {
    return minimum.index() != 0 && (exclusive_minimum ? value <= minimum : value < minimum);
  }

 private:
  template <class T>
  static std::vector<std::string> names_of(const Key<T>& key) {
    if constexpr (std::is_same_v<T, std::string>) {
      return key.choices;
    } else {
      std::vector<std::string> names;
      for (const auto& [name, value] : key.choices) names.push_back(name);
      return names;
    }
  }

  template <class T>
  static ConfigValue value_of(const Key<T>& key, const std::optional<T>& value) {
    if constexpr (std::is_enum_v<T>) {
      for (const auto& [name, choice] : key.choices) {
        if (value == choice) return name;
      }
      return {};
    } else {
      return value ? ConfigValue(*value) : ConfigValue();
    }
  }
};

struct Chooser;
struct ConfigList;

/// Lists with more elements are refused.
constexpr size_t most_list_elements = 32;

/// The keys of a program or of a part of it. Declarations that contradict themselves or each other
/// throw ValueError.
class ConfigTable {
 public:
  void add(ConfigEntry entry);

  /// Adds the chooser's key and, in the same section, the keys of what it can choose.
  void add(const Chooser& chooser);

  /// Adds a list of objects.
  void add(const ConfigList& list);

  /// The same table with keys for the elements of its lists, "train.groups.0.pattern", where a list
  /// has the size that `size_of(path)` gives.
  template <class SizeOf>
  ConfigTable with_elements(const SizeOf& size_of) const;

  /// Adds a whole table under a section: its paths become "section.path".
  void add_section(const std::string& section, const ConfigTable& keys);

  /// All keys, those that depend on a chooser included, in the order of their declaration.
  const std::vector<ConfigEntry>& entries() const { return entries_; }

  /// The choosers; one that depends on another comes after it.
  const std::vector<Chooser>& choosers() const { return choosers_; }

  /// The lists, which entries() does not show.
  const std::vector<ConfigList>& lists() const { return lists_; }

  /// The list at `path`; nullptr if there is none.
  const ConfigList* list(std::string_view path) const;

  /// The path of the key that was formerly called `path`; else `path` itself. Where another key has
  /// that name now, `value` tells them apart: it must be one of the choices of the former one.
  std::string present_path(const std::string& path, const std::string& value) const;

  /// Whether a run that changes the key trains on other data; so do the keys of what is chosen by
  /// such a key.
  bool changes_data(std::string_view path) const;

  /// Whether the key names a file.
  bool is_path(std::string_view path) const;

  /// The chooser whose key is `path`; nullptr if there is none.
  const Chooser* chooser(std::string_view path) const;

 private:
  void add_under(const std::string& section, const ConfigTable& keys,
                 const std::vector<ConfigCondition>& conditions);

  std::vector<ConfigEntry> entries_;
  std::vector<Chooser> choosers_;
  std::vector<ConfigList> lists_;
};

/// One thing that a chooser can name (an attention, a task), with keys of its own.
struct Alternative {
  std::string name;    ///< as in the configuration
  std::string help{};  ///< what it is, in a line
  ConfigTable keys;    ///< paths relative to the section of the chooser
};

/// A key whose value decides which other keys its section has: "task.type", "train.optimizer". The
/// keys of the alternatives that are not chosen are refused.
struct Chooser {
  ConfigEntry key;                        ///< the key that chooses
  std::vector<Alternative> alternatives;  ///< in the order of the documentation

  /// The alternative of this name; nullptr if there is none.
  const Alternative* find(std::string_view name) const;
};

/// A list of objects, all with the same keys.
struct ConfigList {
  std::string path;     ///< of the list, with dots between sections
  std::string help;     ///< what its elements are
  ConfigTable element;  ///< paths relative to an element
};

template <class SizeOf>
ConfigTable ConfigTable::with_elements(const SizeOf& size_of) const {
  ConfigTable expanded = *this;
  for (const ConfigList& list : lists_) {
    for (size_t i = 0; i < size_of(list.path); ++i) {
      expanded.add_section(list.path + "." + std::to_string(i), list.element);
    }
  }
  return expanded;
}

/// All of a path but its last name: "model.attention" of "model.attention.type".
std::string section_of(std::string_view path);

}  // namespace heed
