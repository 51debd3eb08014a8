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

/// One option or argument, made by designated initializers and the members below.
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

  /// All words from the first one that is no option of this command: those of another program.
  static Option rest(std::string name, std::vector<std::string>* target, std::string help) {
    Option option = argument(std::move(name), target, std::move(help));
    option.is_required = option.is_rest = true;
    return option;
  }

  /// The same, but a call without it is refused.
  Option required() && {
    is_required = true;
    return std::move(*this);
  }
  /// The same, but smaller numbers are refused.
  Option at_least(int64_t least) && {
    minimum = least;
    return std::move(*this);
  }
  /// The same, but larger numbers are refused.
  Option at_most(int64_t most) && {
    maximum = most;
    return std::move(*this);
  }
  /// The same, but other values are refused; completion offers these.
  Option one_of(std::vector<std::string> all) && {
    choices = std::move(all);
    return std::move(*this);
  }
  /// Cannot be given together with another option.
  Option excluding(std::string other) && {
    excludes = std::move(other);
    return std::move(*this);
  }

  std::string name;          ///< "--out", or without dashes for an argument: "CONFIG"
  Target target;             ///< what is set when the option is parsed
  std::string value_name{};  ///< what kind of value it takes, for help and completion
  std::string help{};        ///< a line of the manual
  bool is_required = false;  ///< whether a call without it is refused
  bool is_rest = false;      ///< an argument that takes all that are left
  /// Of a number, inclusive; none: no bound.
  std::optional<int64_t> minimum{}, maximum{};
  std::vector<std::string> choices{};  ///< empty: any value
  std::string excludes{};  ///< name of an option that may not be given with it; empty: none

  /// Whether it is given by place and not by name.
  bool is_argument() const { return !name.starts_with("-"); }
  /// Whether it takes no value.
  bool is_flag() const { return std::holds_alternative<bool*>(target); }
  /// Whether each use adds a value.
  bool is_repeatable() const { return std::holds_alternative<std::vector<std::string>*>(target); }
};

/// Of a command, in the order of its page in the manual.
using Options = std::vector<Option>;

}  // namespace heed
