// KeyLookup: what a dotted path means, given the values of the choosers.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "heed/examples/cli/config/table.h"

namespace heed {

/// The table as the choosers' values leave it; also words the messages about keys.
class KeyLookup {
 public:
  enum class Meaning {
    key,        ///< a key that counts
    unsettled,  ///< a key that depends on a chooser whose value is unknown
    foreign,    ///< a key of an alternative that is not chosen
    section,    ///< an object of keys
    nothing
  };
  struct Result {
    Meaning meaning;
    const ConfigEntry* entry = nullptr;  ///< of a key or a foreign key
  };

  /// `chosen` maps the path of a chooser to its value; a faulty or missing one is left out.
  /// The table must outlive the lookup.
  KeyLookup(const ConfigTable& table, std::map<std::string, std::string> chosen)
      : table_(table), chosen_(std::move(chosen)) {}

  /// What `path` means here.
  Result find(std::string_view path) const;

  /// The first condition of the entry that does not hold; nullptr if all do.
  const ConfigCondition* broken_condition(const ConfigEntry& entry) const;

  /// Whether all conditions of the entry hold.
  bool is_active(const ConfigEntry& entry) const;

  /// `unknown key "train.lrr"; did you mean "train.lr"?`
  std::string unknown_message(const std::string& path) const;

  /// `"model.attention.dropout" belongs to model.attention.type "full", not "my_mha"`
  std::string foreign_message(const std::string& path) const;

  /// `"train" is a section; set one of its keys: "seed", "steps"`
  std::string section_message(const std::string& path) const;

 private:
  bool may_count(const ConfigEntry& entry) const;

  /// The names allowed directly in a section ("" for the top), sections included.
  std::vector<std::string> children(std::string_view section) const;

  const ConfigTable& table_;
  std::map<std::string, std::string> chosen_;
};

}  // namespace heed
