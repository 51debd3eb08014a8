// Key: the declaration of one key of a configuration. A member of a Keys takes it (config/keys.h).
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace heed {

/// The types that a value has in a configuration.
template <class T>
concept ConfigScalar = std::same_as<T, bool> || std::same_as<T, int64_t> ||
    std::same_as<T, double> || std::same_as<T, std::string>;

/// The types that a key can have: an enumeration is written as the name of one of its choices.
template <class T>
concept KeyType = ConfigScalar<T> || std::is_enum_v<T>;

/// A T or none, from nothing that T would round or cut: 0.5 for an int64_t does not compile.
template <KeyType T>
struct ExactOptional : std::optional<T> {
  /// None.
  ExactOptional(std::nullopt_t) {}
  /// As it is.
  ExactOptional(std::optional<T> value) : std::optional<T>(std::move(value)) {}
  /// The value, converted exactly.
  template <class Value>
  requires requires(Value value) { T{value}; }
  ExactOptional(const Value& value) : std::optional<T>(T{value}) {}
};

/// What a key can be set to by name: `{{"relu", Activation::relu}, …}`, or for strings `{"a",
/// "b"}`.
template <KeyType T>
struct KeyChoices : std::conditional_t<std::same_as<T, std::string>, std::vector<std::string>,
                                       std::vector<std::pair<std::string, T>>> {
  using KeyChoices::vector::vector;
  /// No choices: every value of the type may be given.
  KeyChoices(std::nullopt_t) {}
};

/// The declaration of a key. (g++ 12 crashes on the default constructors of optionals and
/// vectors in the initializer of a member, so their absence is spelled out.)
template <KeyType T>
struct Key {
  std::string path;                          ///< dotted, relative to the section of its Keys
  ExactOptional<T> fallback = std::nullopt;  ///< of a Value; none: the key is required
  std::string otherwise{};                   ///< what an unset Optional means: "d_model / heads"
  ExactOptional<T> minimum = std::nullopt;   ///< numbers only
  bool exclusive_minimum = false;            ///< the minimum itself is refused
  ExactOptional<T> maximum = std::nullopt;   ///< inclusive; numbers only
  KeyChoices<T> choices = std::nullopt;  ///< required for an enumeration; no choices: any string
  bool changes_data = false;             ///< a run that changes it trains on other data
  bool keeps_results = false;            ///< a run that changes it learns just the same
  bool is_path = false;                  ///< a string that names a file: see absolute_path
  /// An earlier name in the same section, still accepted with a warning; `// since VERSION` behind
  /// it says when it became one: a lint asks for its removal (docs/versions.md).
  std::string formerly{};
  /// A line of the manual and of docs/config.md; begins in lower case.
  std::string help{};
};

}  // namespace heed
