// Config: the checked values of one run. They are read as structs of Keys (config/keys.h).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "heed/examples/cli/config/table.h"
#include "heed/framework/base/error.h"

namespace heed {

class Section;

/// All values of one run, defaults included. Made by read_config; never changes.
class Config {
 public:
  /// Values in the order of the table, and the lines of the top-level "about".
  using Values = std::vector<std::pair<std::string, ConfigValue>>;
  /// `values` has all keys of a table; `text` is the file from which they were read.
  explicit Config(Values values, std::vector<std::string> about = {},
                  std::vector<std::string> warnings = {}, std::string text = "")
      : values_(std::move(values)),
        about_(std::move(about)),
        warnings_(std::move(warnings)),
        text_(std::move(text)) {}

  /// The value of a key; none if it is unset. Throws ValueError if the key is not in the table, is
  /// of an alternative that is not chosen, or has another type.
  const ConfigValue& value(std::string_view path, ValueKind kind) const;

  /// The value of a key that has one.
  template <ConfigScalar T>
  T get(std::string_view path) const {
    return std::get<T>(value(path, kind_of<T>()));
  }

  /// A view of the keys under `path`; it must not outlive this Config.
  Section section(std::string_view path) const&;
  Section section(std::string_view path) const&& = delete;

  /// The number of elements of the list at `path`.
  size_t size_of_list(std::string_view path) const;

  /// All values, in the order of the table.
  const Values& values() const { return values_; }
  /// The lines of the top-level "about".
  const std::vector<std::string>& about() const { return about_; }
  /// What the user should know of the spelling of the file, one line each.
  const std::vector<std::string>& warnings() const { return warnings_; }

  /// The JSON text it was read from: a pipe can be read only once.
  const std::string& text() const { return text_; }

  /// Compares values and "about".
  bool operator==(const Config& other) const {
    return values_ == other.values_ && about_ == other.about_;
  }

 private:
  Values values_;
  std::vector<std::string> about_;
  std::vector<std::string> warnings_;
  std::string text_;
};

/// The keys of one section, read by their relative names; or no section, for Keys that declare.
class Section {
 public:
  Section() = default;
  /// The keys below `path`. The config outlives the section.
  Section(const Config& config, std::string_view path) : config_(&config), path_(path) {}

  /// False for a section of nothing, which has no values.
  explicit operator bool() const { return config_ != nullptr; }

  /// The value of a key; none if it is unset. Throws ValueError as Config::value does.
  template <KeyType T>
  std::optional<T> read(const Key<T>& key) const {
    const ConfigValue& value = config_->value(path_of(key.path), kind_of<T>());
    if (value.index() == 0) return std::nullopt;
    if constexpr (std::is_enum_v<T>) {
      return choice_of(key, std::get<std::string>(value));
    } else {
      return std::get<T>(value);
    }
  }

  /// The number of elements of a list, and one of them.
  size_t size_of_list(std::string_view name) const { return config_->size_of_list(path_of(name)); }
  /// Element `index` of the list `name`, as a section.
  Section element(std::string_view name, size_t index) const {
    return {*config_, text_of(path_of(name), ".", index)};
  }

  /// The full path of a name in the section.
  std::string path_of(std::string_view name) const {
    return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
  }
  /// The section of the key `name`: "model.attention" of "attention.type" in "model".
  Section parent_of(std::string_view name) const { return {*config_, section_of(path_of(name))}; }

 private:
  template <class T>
  static std::optional<T> choice_of(const Key<T>& key, const std::string& name) {
    for (const auto& [choice, value] : key.choices) {
      if (choice == name) return value;
    }
    throw ValueError("config: not a choice of ", key.path, ": ", name);
  }

  const Config* config_ = nullptr;
  std::string path_;
};

/// The configuration as JSON text that reads back as an equal Config: all values, defaults
/// included, and the top-level "about"; keys that are unset stay out.
std::string to_json(const Config& config);

}  // namespace heed
