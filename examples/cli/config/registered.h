// Registered: a list of named things that a configuration can choose from. One line adds one:
//
//   tasks.add<RecallKeys>("recall", "output the values of keys that were paired with them",
//                         [](const RecallKeys& keys, const TaskSetup& setup) { return …; });
//
// With it the name appears in the schema, the help, docs/config.md, `heed tasks`, completion and
// the tests that run over a list.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "heed/examples/cli/config/config.h"
#include "heed/framework/base/error.h"

namespace heed {

/// A list of named makers: specialised below.
template <class Signature>
class Registered;

/// Makers of a `Made` from `Arguments`, by name; each may have keys of its own (config/keys.h).
/// A handle: copies share their entries, so that what is added later is visible to all copies.
template <class Made, class... Arguments>
class Registered<Made(Arguments...)> {
 public:
  /// What makes a `Made` once an entry's keys have been read.
  using Make = std::function<Made(Arguments...)>;

  /// One thing that can be chosen.
  struct Entry {
    std::string name;                   ///< as in the configuration
    std::string help;                   ///< a line for `heed tasks` and the schema
    std::function<ConfigTable()> keys;  ///< the table of its own keys
    /// Reads the entry's keys from the section of the key that chose it.
    std::function<Make(const Section& values)> bind;
  };

  /// An empty list.
  Registered() = default;
  /// `what` says in messages what it lists: "tasks".
  explicit Registered(std::string what) : what_(std::move(what)) {}

  /// Throws ValueError unless the name is a word of a-z, 0-9 and _ that the list does not have yet.
  void add(Entry entry) {
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789_";
    if (entry.name.empty() || entry.name.find_first_not_of(letters) != std::string::npos) {
      throw ValueError(what_, ": a name is a word of a-z, 0-9 and _: \"", entry.name, "\"");
    }
    if (find(entry.name) != nullptr) {
      throw ValueError(what_, ": \"", entry.name, "\" is registered already; choose another name");
    }
    entries_->push_back(std::move(entry));
  }

  /// Adds a maker without keys.
  void add(const std::string& name, const std::string& help, Make make) {
    add({name, help, [] { return ConfigTable(); }, [make](const Section&) { return make; }});
  }

  /// Adds a maker `Made make(const OwnKeys&, Arguments...)`. OwnKeys is a struct of Keys that is
  /// made of a Section, or of nothing to declare, and of the lists from which its own keys choose.
  template <class OwnKeys, class MakeWithKeys, class... Lists>
  void add(const std::string& name, const std::string& help, MakeWithKeys make, Lists... lists) {
    add({name, help,
         [lists...] {
           return OwnKeys{Section(), lists...}.table();
         },
         [make, lists...](const Section& values) -> Make {
           return [make, keys = OwnKeys{values, lists...}](Arguments... arguments) {
             return make(keys, std::forward<Arguments>(arguments)...);
           };
         }});
  }

  /// In the order in which they were added.
  const std::vector<Entry>& entries() const { return *entries_; }

  /// The entry of this name; throws ValueError if there is none.
  const Entry& at(std::string_view name) const {
    if (const Entry* entry = find(name)) return *entry;
    throw ValueError(what_, ": no such name: ", name);
  }

  /// For the table: names, help and keys.
  std::vector<Alternative> alternatives() const {
    std::vector<Alternative> all;
    for (const Entry& entry : *entries_) all.push_back({entry.name, entry.help, entry.keys()});
    return all;
  }

 private:
  /// nullptr if there is none of this name.
  const Entry* find(std::string_view name) const {
    const auto found = std::find_if(entries_->begin(), entries_->end(),
                                    [&](const Entry& entry) { return entry.name == name; });
    return found == entries_->end() ? nullptr : &*found;
  }

  std::string what_ = "registry";
  std::shared_ptr<std::vector<Entry>> entries_ = std::make_shared<std::vector<Entry>>();
};

}  // namespace heed
