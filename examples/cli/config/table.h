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
enum class ValueKind { boolean, integer, number, string };

/// "boolean", "integer", "number" or "string".
std::string_view name_of(ValueKind kind);

/// The ValueKind of T.
template <ConfigScalar T>
constexpr ValueKind kind_of() {
  if constexpr (std::is_same_v<T, bool>) return ValueKind::boolean;
  if constexpr (std::is_same_v<T, int64_t>) return ValueKind::integer;
  if constexpr (std::is_same_v<T, double>) return ValueKind::number;
  if constexpr (std::is_same_v<T, std::string>) return ValueKind::string;
}

/// A key exists only where the key `type_path` has the value `type`.
struct ConfigCondition {
  std::string type_path;
  std::string type;
};

/// One row of the table: a Key or OptionalKey of any type.
struct ConfigEntry {
  template <ConfigScalar T>
  ConfigEntry(const Key<T>& key)  // implicit, so that a list of keys is a list of entries
      : ConfigEntry(key, value_of(key.fallback), !key.fallback.has_value(), "") {}
  template <ConfigScalar T>
  ConfigEntry(const OptionalKey<T>& key) : ConfigEntry(key, {}, false, key.otherwise) {}

  std::string path;
  ValueKind kind;
  ConfigValue fallback;   ///< none for a required or an optional key
  bool required;          ///< must be given
  std::string otherwise;  ///< what an unset optional key means; else empty
  ConfigValue minimum;    ///< none: no bound
  bool exclusive_minimum;
  ConfigValue maximum;  ///< inclusive; none: no bound
  std::vector<std::string> choices;
  std::string help;
  std::optional<ConfigCondition> condition;  ///< set by ConfigTable::mount

  /// Whether a number lies below the range.
  bool is_too_low(const ConfigValue& value) const {
    return minimum.index() != 0 && (exclusive_minimum ? value <= minimum : value < minimum);
  }

 private:
  template <template <class> class AnyKey, class T>
  ConfigEntry(const AnyKey<T>& key, ConfigValue default_value, bool is_required, std::string note)
      : path(key.path),
        kind(kind_of<T>()),
        fallback(std::move(default_value)),
        required(is_required),
        otherwise(std::move(note)),
        minimum(value_of(key.minimum)),
        exclusive_minimum(key.exclusive_minimum),
        maximum(value_of(key.maximum)),
        choices(key.choices),
        help(key.help) {}

  template <class T>
  static ConfigValue value_of(const std::optional<T>& value) {
    return value ? ConfigValue(*value) : ConfigValue();
  }
};

/// One thing that a section can hold (an attention, a task): its name and its own keys.
struct SectionType {
  std::string name;
  std::string help{};
  std::vector<ConfigEntry> keys{};  ///< paths relative to the section
};

/// A section whose key "type" names one of `types`; the keys of the other types are refused.
struct TypedSection {
  std::string path;
  std::optional<std::string> fallback{};  ///< the type if none is given; else "type" is required
  std::string help{};                     ///< of the key "type"
  std::vector<SectionType> types{};

  /// The type of this name; nullptr if there is none.
  const SectionType* type(std::string_view name) const;
  std::vector<std::string> type_names() const;
};

/// The keys and typed sections of a program. Declarations that contradict themselves or each other
/// throw ValueError.
class ConfigTable {
 public:
  /// Adds keys with full paths.
  void add(const std::vector<ConfigEntry>& keys);

  /// Adds the key "type" of a section and the keys of all its types.
  void mount(const TypedSection& section);

  /// All keys, those of typed sections included, in the order of their declaration.
  const std::vector<ConfigEntry>& entries() const { return entries_; }

  /// The typed section at `path`; nullptr if there is none.
  const TypedSection* section(std::string_view path) const;

  /// The typed sections as they were mounted.
  const std::vector<TypedSection>& sections() const { return sections_; }

 private:
  void add_one(ConfigEntry entry);

  std::vector<ConfigEntry> entries_;
  std::vector<TypedSection> sections_;
};

}  // namespace heed
