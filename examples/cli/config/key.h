// Keys: what a configuration may say, declared as typed values that also read the answer.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace heed {

/// The types that a configuration value can have.
template <class T>
concept ConfigScalar = std::same_as<T, bool> || std::same_as<T, int64_t> ||
    std::same_as<T, double> || std::same_as<T, std::string>;

/// A key that always has a value: the one given, or `fallback`; without a fallback it is required.
/// `config[key]` is a T. The path is dotted, and relative to its section in a SectionType.
template <ConfigScalar T>
struct Key {
  std::string path;
  std::optional<T> fallback{};
  std::optional<T> minimum{};          ///< inclusive; numbers only
  std::optional<T> maximum{};          ///< inclusive; numbers only
  std::vector<std::string> choices{};  ///< strings only; empty: any string
  std::string help{};
};

/// A key that may stay unset; `otherwise` tells the reader what then happens ("d_model / heads").
/// `config[key]` is a std::optional<T>.
template <ConfigScalar T>
struct OptionalKey {
  std::string path;
  std::string otherwise{};
  std::optional<T> minimum{};          ///< inclusive; numbers only
  std::optional<T> maximum{};          ///< inclusive; numbers only
  std::vector<std::string> choices{};  ///< strings only; empty: any string
  std::string help{};
};

}  // namespace heed
