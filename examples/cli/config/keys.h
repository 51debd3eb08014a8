// Keys: a section of a configuration as a struct, each key declared once, where it is used.
//
//   struct RecallKeys : Keys {
//     Value<int64_t> pairs{this, {.path = "pairs", .fallback = 8, .minimum = 1, .help = "…"}};
//     Optional<int64_t> queries{this, {.path = "queries", .otherwise = "pairs", .help = "…"}};
//   };
//
// RecallKeys{} declares: its table() has a row for each member, in their order, and the members
// hold the defaults. RecallKeys{section} reads: the members hold what the configuration says.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "heed/examples/cli/config/config.h"
#include "heed/examples/cli/config/key_error.h"
#include "heed/examples/cli/config/registered.h"

namespace heed {

/// A key whose value names an entry of a Registered list: specialised below.
template <class List>
class Chosen;
template <class ElementKeys>
class ListOf;

/// Base of a section's keys. Its members are Value, Optional, Chosen and ListOf, each given `this`
/// first.
class Keys {
 public:
  /// Declares.
  Keys() = default;
  /// Reads; the configuration of the section need only live until the members are read. Without a
  /// section it declares.
  Keys(const Section& values) : values_(values) {}

  /// The keys that the members declare, with paths relative to the section.
  const ConfigTable& table() const { return table_; }

 private:
  template <KeyType T>
  friend class Value;
  template <KeyType T>
  friend class Optional;
  template <class List>
  friend class Chosen;
  template <class ElementKeys>
  friend class ListOf;

  std::string path_of(const std::string& name) const { return values_.path_of(name); }

  Section values_;
  ConfigTable table_;
};

/// A key that always has a value: what was given, or its fallback.
template <KeyType T>
class Value {
 public:
  /// Declares `key` in the section of `owner`, and reads it if that is being read.
  Value(Keys* owner, const Key<T>& key) : path_(owner->path_of(key.path)) {
    if (owner->values_) {
      value_ = owner->values_.read(key).value();
    } else {
      owner->table_.add(ConfigEntry(key));
      value_ = key.fallback.value_or(T{});
    }
  }
  Value& operator=(T value) {
    value_ = std::move(value);
    return *this;
  }

  /// The value, of the file or the fallback.
  operator const T&() const { return value_; }
  /// The same, where the type is deduced: `std::min(*keys.pairs, most)`.
  const T& operator*() const { return value_; }

  /// The full path of the key.
  const std::string& path() const { return path_; }
  /// Throws KeyError: the value does not fit the others.
  template <class... Parts>
  [[noreturn]] void refuse(const Parts&... parts) const {
    throw KeyError(path_, parts...);
  }

 private:
  friend void append_text(std::string& text, const Value& value) {
    using heed::append_text;
    append_text(text, value.value_);
  }

  std::string path_;
  T value_{};
};

/// A key that may stay unset: a std::optional.
template <KeyType T>
class Optional : public std::optional<T> {
 public:
  /// Declares `key` in the section of `owner`, and reads it if that is being read.
  Optional(Keys* owner, const Key<T>& key) : path_(owner->path_of(key.path)) {
    if (owner->values_) {
      std::optional<T>::operator=(owner->values_.read(key));
    } else {
      owner->table_.add(ConfigEntry::optional(key));
    }
  }
  using std::optional<T>::operator=;

  /// The full path of the key.
  const std::string& path() const { return path_; }
  /// Throws KeyError: the value does not fit the others.
  template <class... Parts>
  [[noreturn]] void refuse(const Parts&... parts) const {
    throw KeyError(path_, parts...);
  }

 private:
  std::string path_;
};

/// A list of objects, all with the keys of ElementKeys, which is made like a Keys and of the lists
/// from which its own keys choose:
///
///   ListOf<GroupKeys> groups{this, "groups", "parameters with options of their own", optimizers};
///
/// An element's path is "groups.0".
template <class ElementKeys>
class ListOf : public std::vector<ElementKeys> {
 public:
  /// Declares the list `name`; `lists` go to the constructor of each element.
  template <class... Lists>
  ListOf(Keys* owner, const std::string& name, const std::string& help, const Lists&... lists)
      : path_(owner->path_of(name)) {
    const Section& values = owner->values_;
    if (!values) {
      owner->table_.add(ConfigList{name, help, ElementKeys{Section(), lists...}.table()});
      return;
    }
    const size_t size = values.size_of_list(name);
    for (size_t i = 0; i < size; ++i) {
      this->push_back(ElementKeys{values.element(name, i), lists...});
    }
  }

  /// The full path of the list.
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// A key that names one entry of a list, whose own keys are in the same section:
///
///   Chosen<Tasks> type{this, {.path = "type", .help = "what to learn"}, tasks};
///
/// It is called with the arguments that the list's makers take.
template <class Made, class... Arguments>
class Chosen<Registered<Made(Arguments...)>> {
 public:
  /// The list of which it names an entry.
  using List = Registered<Made(Arguments...)>;

  /// Declares `key` with the entries of `list` as choices, and reads it if `owner` is being read.
  Chosen(Keys* owner, const Key<std::string>& key, const List& list)
      : name_(key.fallback.value_or("")), path_(owner->path_of(key.path)) {
    if (owner->values_) {
      name_ = owner->values_.read(key).value();
      make_ = list.at(name_).bind(owner->values_.parent_of(key.path));
    } else {
      owner->table_.add(Chooser{key, list.alternatives()});
    }
  }

  /// The name of the chosen entry.
  const std::string& name() const { return name_; }
  /// What the maker of the chosen entry makes of them; once the keys have been read.
  Made operator()(Arguments... arguments) const {
    return make_(std::forward<Arguments>(arguments)...);
  }

  /// The full path of the key.
  const std::string& path() const { return path_; }

 private:
  std::string name_;
  std::string path_;
  typename List::Make make_;
};

}  // namespace heed
