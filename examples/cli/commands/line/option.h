// Option: one option or argument of a command. Help, completion and parsing are all made from it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace heed {

struct Option {
  /// Where the value goes. It outlives the parsing; a vector makes the option repeatable, and a
  /// function is called with the value.
  using Target = std::variant<bool*, int64_t*, std::string*, std::optional<int64_t>*,
                              std::optional<double>*, std::optional<std::string>*,
                              std::vector<std::string>*, std::function<void(int64_t)>>;

  /// "--json": true if it is given.
  static Option flag(std::string name, bool* target, std::string help) {
    return {std::move(name), target, "", std::move(help)};
  }
  /// "--out DIR", `value_name` being DIR.
  static Option value(std::string name, Target target, std::string value_name, std::string help) {
    return {std::move(name), std::move(target), std::move(value_name), std::move(help)};
  }
  /// CONFIG: required unless its target is a std::optional.
  static Option argument(std::string name, Target target, std::string help,
                         std::string value_name = "") {
    const bool is_required = std::holds_alternative<std::string*>(target);
    return {std::move(name), std::move(target), std::move(value_name), std::move(help),
            is_required};
  }

  Option required() && {
    is_required = true;
    return std::move(*this);
  }
  Option at_least(int64_t least) && {
    minimum = least;
    return std::move(*this);
  }
  Option at_most(int64_t most) && {
    maximum = most;
    return std::move(*this);
  }
  Option one_of(std::vector<std::string> all) && {
    choices = std::move(all);
    return std::move(*this);
  }
  /// Cannot be given together with another option.
  Option excluding(std::string other) && {
    excludes = std::move(other);
    return std::move(*this);
  }

  std::string name;  ///< "--out", or without dashes for an argument: "CONFIG"
  Target target;
  std::string value_name{};  ///< what kind of value it takes, for help and completion
  std::string help{};
  bool is_required = false;
  std::optional<int64_t> minimum{}, maximum{};
  std::vector<std::string> choices{};  ///< empty: any value
  std::string excludes{};

  bool is_argument() const { return !name.starts_with("-"); }
  bool is_flag() const { return std::holds_alternative<bool*>(target); }
  bool is_repeatable() const { return std::holds_alternative<std::vector<std::string>*>(target); }
};

using Options = std::vector<Option>;

}  // namespace heed
