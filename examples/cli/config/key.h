// Keys: what a configuration may say, declared as typed values that also read the answer.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace heed {

/// The types that a configuration value can have.
template <class T>
concept ConfigScalar = std::same_as<T, bool> || std::same_as<T, int64_t> ||
    std::same_as<T, double> || std::same_as<T, std::string>;

/// A T or none, from nothing that T would round or cut: 0.5 for an int64_t does not compile.
template <ConfigScalar T>
struct ExactOptional : std::optional<T> {
  ExactOptional() = default;
  ExactOptional(std::optional<T> value) : std::optional<T>(std::move(value)) {}
  template <class Value>
  requires requires(Value value) { T{value}; }
  ExactOptional(const Value& value) : std::optional<T>(T{value}) {}
};

/// A key that always has a value: the one given, or `fallback`; without a fallback it is required.
/// `config[key]` is a T. The path is dotted, and relative to its section in a SectionType.
template <ConfigScalar T>
struct Key {
  std::string path;
  ExactOptional<T> fallback{};
  ExactOptional<T> minimum{};          ///< numbers only
  bool exclusive_minimum = false;      ///< the minimum itself is refused
  ExactOptional<T> maximum{};          ///< inclusive; numbers only
  std::vector<std::string> choices{};  ///< strings only; empty: any string
  std::string help{};
};

/// A key that may stay unset; `otherwise` tells the reader what then happens ("d_model / heads").
/// `config[key]` is a std::optional<T>.
template <ConfigScalar T>
struct OptionalKey {
  std::string path;
  std::string otherwise{};
  ExactOptional<T> minimum{};          ///< numbers only
  bool exclusive_minimum = false;      ///< the minimum itself is refused
  ExactOptional<T> maximum{};          ///< inclusive; numbers only
  std::vector<std::string> choices{};  ///< strings only; empty: any string
  std::string help{};
};

}  // namespace heed
