#include "heed/examples/cli/config/read_config.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <utility>

#include "heed/examples/cli/config/check_value.h"
#include "heed/examples/cli/config/config_source.h"
#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/config/key_lookup.h"
#include "heed/examples/cli/config/overrides.h"
#include "heed/examples/cli/config/paths.h"
#include "heed/examples/cli/config/text.h"

namespace heed {
namespace {

constexpr size_t most_faults = 100;

/// The value of every chooser that counts: an override, else the file's, else the default.
std::map<std::string, std::string> chosen_values(const ConfigTable& table, const JsonValue& root,
                                                 const std::vector<Override>& overrides) {
  std::map<std::string, std::string> chosen;
  for (const Chooser& chooser : table.choosers()) {
    const std::string& path = chooser.key.path;
    if (!KeyLookup(table, chosen).is_active(chooser.key)) continue;
    const JsonValue* json = root.at(path);
    for (const Override& override : overrides) {
      if (override.path == path && !override.is_reset()) json = &override.value;
    }
    const auto* fallback = std::get_if<std::string>(&chooser.key.fallback);
    std::string name = fallback == nullptr ? "" : *fallback;
    if (json != nullptr) name = json->kind == JsonValue::Kind::string ? json->text : "";
    if (chooser.find(name) != nullptr) chosen[path] = name;
  }
  return chosen;
}

std::string not_a_list(const std::string& path, const JsonValue& found) {
  return path + ": must be an array of objects: found " + found_text(found);
}

class Reader {
 public:
  /// Relative paths in `text` start in `folder`.
  Reader(const ConfigTable& table, std::string_view text, const std::string& name,
         std::string folder)
      : table_(table),
        text_(text),
        name_(printable(name, std::string::npos)),
        folder_(std::move(folder)) {}

  Config read(const std::vector<std::string>& sets) {
    parse_text();
    table_ = with_elements_of(table_, root_, sets);
    rename_members(root_, "");
    std::vector<Override> overrides = parse_overrides(table_, sets, override_faults_);
    for (const Override& override : overrides) warn_of(override.given_path, override.path);
    file_lookup_.emplace(table_, chosen_values(table_, root_, {}));
    for (const Override& override : overrides) {
      override_places_[override.path] = override.place;
      if (override.is_reset() && root_.erase(override.path)) note_change(override.path);
    }
    lookup_.emplace(table_, chosen_values(table_, root_, overrides));
    check_object(root_, "");
    for (const Override& override : overrides) check_override(override);
    Config::Values values = complete();
    throw_faults();
    for (const auto& [place, paths] : dropped_) {
      warnings_.push_back("note: " + place + " drops " + list_in_quotes(paths));
    }
    if (!has_results_of_file_) about_.clear();
    return Config(std::move(values), about_, std::move(warnings_), std::string(text_));
  }

 private:
  void parse_text() {
    try {
      root_ = read_json(text_);
      if (root_.kind == JsonValue::Kind::object) return;
      add_fault(root_.offset, "the top-level value must be an object: found " + found_text(root_));
    } catch (const JsonError& error) {
      add_fault(error.offset(), error.what());
    }
    throw_faults();
  }

  /// Gives members with a former name the present one.
  void rename_members(JsonValue& object, const std::string& section) {
    for (JsonValue& member : object.children) {
      const std::string path = section + member.name;
      const std::string present = table_.present_path(path, member.text);
      warn_of(path, present);
      member.name = present.substr(section.size());
      if (member.kind == JsonValue::Kind::object) rename_members(member, present + ".");
    }
  }

  void warn_of(const std::string& given, const std::string& present) {
    if (given == present) return;
    warnings_.push_back("warning: " + in_quotes(given) + " is now called " + in_quotes(present));
  }

  void check_object(const JsonValue& object, const std::string& section) {
    std::map<std::string_view, size_t> first;
    for (const JsonValue& member : object.children) {
      if (file_faults_.size() > most_faults) return;
      const std::string path = section + member.name;
      const auto [earlier, is_new] = first.emplace(member.name, member.name_offset);
      if (is_new) {
        check_member(member, path);
      } else {
        add_fault(member.name_offset, "duplicate key " + in_quotes(path) +
                                          "; first given on line " +
                                          text_of(position_of(text_, earlier->second).line));
      }
    }
  }

  void check_member(const JsonValue& member, const std::string& path) {
    if (member.name == "about") return check_about(member, path);
    if (path == "$schema") {
      if (member.kind == JsonValue::Kind::string) return;
      return add_fault(member.offset, "$schema: must be a string: found " + found_text(member));
    }
    if (member.name.find('.') != std::string::npos) {
      return add_fault(member.name_offset, "unknown key " + in_quotes(path) +
                                               "; a dotted path is for --set, a file has an object "
                                               "in an object");
    }
    if (table_.list(path) != nullptr) return check_list(member, path);
    const KeyLookup::Result found = lookup_->find(path);
    switch (found.meaning) {
      case KeyLookup::Meaning::key:
        return check_key(*found.entry, member);
      case KeyLookup::Meaning::unsettled:
        return;
      case KeyLookup::Meaning::foreign:
        return check_foreign(member, *found.entry);
      case KeyLookup::Meaning::section:
        if (member.kind == JsonValue::Kind::object) {
          sections_[path] = member.offset;
          return check_object(member, path + ".");
        }
        sections_[path] = std::nullopt;
        return add_fault(member.offset, not_a_section(path, member));
      case KeyLookup::Meaning::nothing:
        return add_fault(member.name_offset, lookup_->unknown_message(path));
    }
  }

  /// A key of what the file chooses falls away with it where an override chooses something else.
  void check_foreign(const JsonValue& member, const ConfigEntry& entry) {
    const auto chosen = override_places_.find(lookup_->broken_condition(entry)->path);
    const bool was_right = file_lookup_->find(entry.path).meaning == KeyLookup::Meaning::key;
    if (chosen == override_places_.end() || !was_right) {
      return add_fault(member.name_offset, foreign_message(entry));
    }
    dropped_[chosen->second].push_back(entry.path);
  }

  void check_list(const JsonValue& list, const std::string& path) {
    if (list.kind != JsonValue::Kind::array) return add_fault(list.offset, not_a_list(path, list));
    if (list.children.size() > most_list_elements) {
      add_fault(list.offset, text_of(path, ": must have at most ", most_list_elements,
                                     " elements: found ", list.children.size()));
    }
    sections_[path] = list.offset;
    for (const JsonValue& element : list.children) {
      const std::string inside = path + "." + element.name;
      const bool is_object = element.kind == JsonValue::Kind::object;
      sections_[inside] = is_object ? std::optional(element.offset) : std::nullopt;
      if (is_object) {
        check_object(element, inside + ".");
      } else {
        add_fault(element.offset, inside + ": must be an object: found " + found_text(element));
      }
    }
  }

  std::string not_a_section(const std::string& path, const JsonValue& json) const {
    const std::string message = path + ": must be an object: found " + found_text(json);
    const bool is_type = json.kind == JsonValue::Kind::string &&
                         lookup_->find(path + ".type").meaning == KeyLookup::Meaning::key;
    return message + (is_type ? "; write {\"type\": " + in_quotes(json.text) + "}" : "");
  }

  void check_about(const JsonValue& value, const std::string& path) {
    const auto is_text = [](const JsonValue& json) { return json.kind == JsonValue::Kind::string; };
    const JsonValue* odd = is_text(value) ? nullptr : &value;
    if (value.kind == JsonValue::Kind::array) {
      const auto& lines = value.children;
      const auto found = std::find_if_not(lines.begin(), lines.end(), is_text);
      odd = found == lines.end() ? nullptr : &*found;
    }
    if (odd != nullptr) {
      add_fault(odd->offset, printable(path) + ": must be a string or an array of strings: found " +
                                 found_text(*odd));
    }
    if (path != "about") return;
    if (is_text(value)) about_ = {value.text};
    for (const JsonValue& line : value.children) about_.push_back(line.text);
  }

  void check_key(const ConfigEntry& entry, const JsonValue& json) {
    const auto checked = check_value(entry, json);
    if (const auto* fault = std::get_if<ValueFault>(&checked)) {
      add_fault(json.offset, entry.path + ": " + fault->message);
    }
    given_[entry.path] = given_value(entry, std::get_if<ConfigValue>(&checked), folder_);
  }

  /// A path is made absolute; a relative one starts in `folder`.
  static ConfigValue given_value(const ConfigEntry& entry, const ConfigValue* value,
                                 const std::string& folder) {
    if (value == nullptr) return {};
    const auto* path = entry.is_path ? std::get_if<std::string>(value) : nullptr;
    return path == nullptr ? *value : absolute_path(*path, folder);
  }

  void check_override(const Override& override) {
    const auto fault = [&](const std::string& message) {
      if (!override.is_reset()) override_faults_.push_back({override.place, message});
    };
    if (table_.list(override.path) != nullptr)
      return fault(not_a_list(override.path, override.value));
    const KeyLookup::Result found = lookup_->find(override.path);
    switch (found.meaning) {
      case KeyLookup::Meaning::key:
        return override_key(*found.entry, override);
      case KeyLookup::Meaning::unsettled:
        return;
      case KeyLookup::Meaning::foreign:
        return fault(foreign_message(*found.entry));
      case KeyLookup::Meaning::section:
        return fault(lookup_->section_message(override.path));
      case KeyLookup::Meaning::nothing:
        override_faults_.push_back({override.place, lookup_->unknown_message(override.path)});
    }
  }

  void override_key(const ConfigEntry& entry, const Override& override) {
    if (override.is_reset() && !entry.required) return;
    const auto checked = check_value(entry, override.value);
    if (const auto* broken = std::get_if<ValueFault>(&checked)) {
      override_faults_.push_back({override.place, entry.path + ": " + broken->message});
    }
    set_value(entry, given_value(entry, std::get_if<ConfigValue>(&checked), ""));
  }

  void set_value(const ConfigEntry& entry, const ConfigValue& value) {
    const auto given = given_.find(entry.path);
    if (value != (given == given_.end() ? entry.fallback : given->second)) note_change(entry.path);
    given_[entry.path] = value;
  }

  /// The file's "about" speaks of what its own values lead to.
  void note_change(const std::string& path) {
    const auto& entries = table_.entries();
    if (std::none_of(entries.begin(), entries.end(), [&](const ConfigEntry& entry) {
          return entry.path == path && entry.keeps_results;
        })) {
      has_results_of_file_ = false;
    }
  }

  /// A choice made by an override surprises whoever looks only at the file: say where it is from.
  std::string foreign_message(const ConfigEntry& entry) const {
    const auto override = override_places_.find(lookup_->broken_condition(entry)->path);
    return lookup_->foreign_message(entry.path) +
           (override == override_places_.end() ? "" : " (" + override->second + ")");
  }

  Config::Values complete() {
    Config::Values values;
    for (const ConfigEntry& entry : table_.entries()) {
      if (!lookup_->is_active(entry)) continue;
      const auto given = given_.find(entry.path);
      if (given == given_.end() && entry.required) report_missing(entry);
      values.emplace_back(entry.path, given == given_.end() ? entry.fallback : given->second);
    }
    return values;
  }

  /// Points at the override that removed it, or at the innermost object that is there; silent if
  /// something else is in its place.
  void report_missing(const ConfigEntry& entry) {
    std::string message = "missing key " + in_quotes(entry.path);
    if (entry.conditions.empty()) {
      message += "; it is required: " + wanted(entry);
    } else {
      const ConfigCondition& owner = entry.conditions.back();
      message += "; " + owner.path + " " + in_quotes(owner.value) + " needs it: " + wanted(entry);
    }
    size_t offset = root_.offset;
    for (size_t dot = entry.path.find('.'); dot != std::string::npos;
         dot = entry.path.find('.', dot + 1)) {
      const std::string path = entry.path.substr(0, dot);
      if (const auto reset = override_places_.find(path); reset != override_places_.end()) {
        return override_faults_.push_back({reset->second, message});
      }
      const auto section = sections_.find(path);
      if (section == sections_.end()) break;
      if (!section->second) return;
      offset = *section->second;
    }
    add_fault(offset, message);
  }

  void add_fault(size_t offset, const std::string& message) {
    file_faults_.emplace_back(offset, message);
  }

  void throw_faults() {
    if (file_faults_.empty() && override_faults_.empty()) return;
    std::stable_sort(file_faults_.begin(), file_faults_.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<ConfigFault> faults;
    for (const auto& [offset, message] : file_faults_) {
      const auto [line, column] = position_of(text_, offset);
      faults.push_back({text_of(name_, ":", line, ":", column), message});
    }
    faults.insert(faults.end(), override_faults_.begin(), override_faults_.end());
    if (faults.size() > most_faults) {
      faults.resize(most_faults);
      faults.push_back(
          {name_, text_of("more than ", most_faults, " errors: the rest is not shown")});
    }
    throw ConfigError(std::move(faults));
  }

  ConfigTable table_;  ///< with the elements of its lists
  std::string_view text_;
  std::string name_;
  std::string folder_;
  JsonValue root_;
  std::optional<KeyLookup> file_lookup_;  ///< as if there were no overrides
  std::optional<KeyLookup> lookup_;
  std::map<std::string, std::string> override_places_;
  std::map<std::string, std::vector<std::string>> dropped_;  ///< by the place of the override
  bool has_results_of_file_ = true;
  std::map<std::string, ConfigValue> given_;               ///< none: given, but wrong
  std::map<std::string, std::optional<size_t>> sections_;  ///< offsets; none: not an object
  std::vector<std::string> about_;
  std::vector<std::string> warnings_;
  std::vector<std::pair<size_t, std::string>> file_faults_;
  std::vector<ConfigFault> override_faults_;
};

}  // namespace

Config read_config_text(const ConfigTable& table, std::string_view text, const std::string& name,
                        const std::vector<std::string>& sets, const std::string& folder) {
  return Reader(table, text, name, folder).read(sets);
}

Config read_config_file(const ConfigTable& table, const std::string& path,
                        const std::vector<std::string>& sets) {
  const std::string text = read_config_source(path);
  return Reader(table, text, path == "-" ? "stdin" : path,
                std::filesystem::path(path).parent_path().string())
      .read(sets);
}

}  // namespace heed
