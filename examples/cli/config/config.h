// Config: the checked values of one run, read by the keys that declared them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "heed/examples/cli/config/table.h"

namespace heed {

class Section;

/// All values of one run, defaults included. Made by read_config; never changes.
/// Reading a key that is not in the table, or whose type is not chosen, throws ValueError.
class Config {
 public:
  /// Values in the order of the table, and the lines of the top-level "about".
  using Values = std::vector<std::pair<std::string, ConfigValue>>;
  explicit Config(Values values, std::vector<std::string> about = {})
      : values_(std::move(values)), about_(std::move(about)) {}

  template <ConfigScalar T>
  T operator[](const Key<T>& key) const {
    return std::get<T>(at(key.path, kind_of<T>(), Presence::certain));
  }
  template <ConfigScalar T>
  std::optional<T> operator[](const OptionalKey<T>& key) const {
    const ConfigValue& value = at(key.path, kind_of<T>(), Presence::optional);
    return value.index() == 0 ? std::nullopt : std::optional<T>(std::get<T>(value));
  }

  /// A view of the keys under `path`; it must not outlive this Config.
  Section section(std::string_view path) const&;
  Section section(std::string_view path) const&& = delete;

  const Values& values() const { return values_; }
  const std::vector<std::string>& about() const { return about_; }

  bool operator==(const Config&) const = default;

 private:
  enum class Presence { certain, optional };
  const ConfigValue& at(std::string_view path, ValueKind kind, Presence presence) const;

  Values values_;
  std::vector<std::string> about_;
};

/// The keys of one section, read by their relative names.
class Section {
 public:
  Section(const Config& config, std::string_view path) : config_(&config), path_(path) {}

  /// The value of the section's key "type".
  std::string type() const { return (*this)[Key<std::string>{.path = "type"}]; }

  template <ConfigScalar T>
  T operator[](const Key<T>& key) const {
    return (*config_)[Key<T>{.path = path_ + "." + key.path}];
  }
  template <ConfigScalar T>
  std::optional<T> operator[](const OptionalKey<T>& key) const {
    return (*config_)[OptionalKey<T>{.path = path_ + "." + key.path}];
  }

 private:
  const Config* config_;
  std::string path_;
};

/// The configuration as JSON text that reads back as an equal Config: all values, defaults
/// included, and the top-level "about"; keys that are unset stay out.
std::string to_json(const Config& config);

}  // namespace heed
