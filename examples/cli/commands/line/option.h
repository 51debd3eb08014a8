// Option: one option or argument of a command. Help, completion and parsing are all made from it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace heed {

struct Option {
  /// Where the value goes. It outlives the parsing; a bool makes the option a flag, a vector makes
  /// it repeatable, and a function is called with the value.
  using Target = std::variant<bool*, int64_t*, std::string*, std::optional<int64_t>*,
                              std::optional<double>*, std::optional<std::string>*,
                              std::vector<std::string>*, std::function<void(int64_t)>>;

  std::string name;  ///< "--out", or without dashes for an argument: "CONFIG"
  Target target;
  std::string value{};  ///< what the value is called: "DIR"
  std::string help{};
  bool required = false;
  std::optional<int64_t> minimum{}, maximum{};  ///< of an integer
  std::vector<std::string> choices{};           ///< of a string; empty: any
  std::string excludes{};                       ///< an option that cannot be given with this one

  bool is_argument() const { return !name.starts_with("-"); }
  bool is_flag() const { return std::holds_alternative<bool*>(target); }
  bool is_repeatable() const { return std::holds_alternative<std::vector<std::string>*>(target); }
};

using Options = std::vector<Option>;

}  // namespace heed
