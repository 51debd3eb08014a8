#include "heed/examples/cli/config/table.h"

#include <algorithm>

#include "heed/framework/base/error.h"

namespace heed {
namespace {

bool is_segment(std::string_view segment) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  constexpr std::string_view others = "0123456789_";
  return !segment.empty() && segment != "about" &&
         std::all_of(segment.begin(), segment.end(), [&](char c) {
           return letters.find(c) != letters.npos || others.find(c) != others.npos;
         });
}

bool is_dotted_path(std::string_view path) {
  for (size_t dot = path.find('.'); dot != path.npos; dot = path.find('.')) {
    if (!is_segment(path.substr(0, dot))) return false;
    path.remove_prefix(dot + 1);
  }
  return is_segment(path);
}

bool lies_inside(std::string_view path, std::string_view section) {
  return path.size() > section.size() && path.starts_with(section) && path[section.size()] == '.';
}

/// Whether no configuration can satisfy the conditions of both.
bool exclude_each_other(const ConfigEntry& a, const ConfigEntry& b) {
  return std::any_of(a.conditions.begin(), a.conditions.end(), [&](const ConfigCondition& mine) {
    return std::any_of(b.conditions.begin(), b.conditions.end(), [&](const ConfigCondition& other) {
      return mine.path == other.path && mine.value != other.value;
    });
  });
}

std::string path_in(const std::string& section, const std::string& path) {
  return section.empty() ? path : section + "." + path;
}

void check_limits(const ConfigEntry& entry) {
  const bool is_numeric = entry.kind == ValueKind::integer || entry.kind == ValueKind::number;
  const bool has_minimum = entry.minimum.index() != 0;
  const bool has_maximum = entry.maximum.index() != 0;
  if ((has_minimum || has_maximum) && !is_numeric) {
    throw ValueError("config table: only a number has a range: ", entry.path);
  }
  if (!entry.choices.empty() && entry.kind != ValueKind::string) {
    throw ValueError("config table: only a string has choices: ", entry.path);
  }
  if (has_minimum && has_maximum && entry.is_too_low(entry.maximum)) {
    throw ValueError("config table: the range is empty: ", entry.path);
  }
  if (entry.fallback.index() == 0) return;
  const auto* text = std::get_if<std::string>(&entry.fallback);
  const bool is_choice =
      text == nullptr || entry.choices.empty() ||
      std::find(entry.choices.begin(), entry.choices.end(), *text) != entry.choices.end();
  if (!is_choice || entry.is_too_low(entry.fallback) ||
      (has_maximum && entry.maximum < entry.fallback)) {
    throw ValueError("config table: the default is not allowed by its own key: ", entry.path);
  }
}

}  // namespace

std::string_view name_of(ValueKind kind) {
  switch (kind) {
    case ValueKind::boolean:
      return "boolean";
    case ValueKind::integer:
      return "integer";
    case ValueKind::number:
      return "number";
    case ValueKind::string:
      break;
  }
  return "string";
}

const Alternative* Chooser::find(std::string_view name) const {
  const auto found = std::find_if(alternatives.begin(), alternatives.end(),
                                  [&](const Alternative& known) { return known.name == name; });
  return found == alternatives.end() ? nullptr : &*found;
}

std::string section_of(std::string_view path) {
  const size_t dot = path.rfind('.');
  return std::string(path.substr(0, dot == path.npos ? 0 : dot));
}

bool ConfigTable::is_path(std::string_view path) const {
  return std::any_of(entries_.begin(), entries_.end(),
                     [&](const ConfigEntry& entry) { return entry.is_path && entry.path == path; });
}

const Chooser* ConfigTable::chooser(std::string_view path) const {
  const auto found = std::find_if(choosers_.begin(), choosers_.end(),
                                  [&](const Chooser& known) { return known.key.path == path; });
  return found == choosers_.end() ? nullptr : &*found;
}

std::string ConfigTable::present_path(const std::string& path, const std::string& value) const {
  const bool is_taken = std::any_of(entries_.begin(), entries_.end(),
                                    [&](const ConfigEntry& entry) { return entry.path == path; });
  for (const ConfigEntry& entry : entries_) {
    if (entry.formerly != path) continue;
    const auto& choices = entry.choices;
    const bool is_choice = std::find(choices.begin(), choices.end(), value) != choices.end();
    if (!is_taken || is_choice) return entry.path;
  }
  return path;
}

bool ConfigTable::changes_data(std::string_view path) const {
  return std::any_of(entries_.begin(), entries_.end(), [&](const ConfigEntry& entry) {
    return entry.path == path && entry.changes_data;
  });
}

void ConfigTable::add(const Chooser& chooser) {
  const std::string& path = chooser.key.path;
  Chooser added = chooser;
  std::vector<std::string>& names = added.key.choices;
  for (const Alternative& alternative : chooser.alternatives) {
    if (std::find(names.begin(), names.end(), alternative.name) != names.end()) {
      throw ValueError("config table: declared twice: ", path, " ", alternative.name);
    }
    names.push_back(alternative.name);
  }
  if (names.empty()) throw ValueError("config table: nothing to choose: ", path);
  add(added.key);
  choosers_.push_back(std::move(added));
  for (const Alternative& alternative : chooser.alternatives) {
    const size_t first = entries_.size();
    add_under(section_of(path), alternative.keys, {{path, alternative.name}});
    if (!chooser.key.changes_data) continue;
    for (size_t i = first; i < entries_.size(); ++i) entries_[i].changes_data = true;
  }
}

const ConfigList* ConfigTable::list(std::string_view path) const {
  const auto found = std::find_if(lists_.begin(), lists_.end(),
                                  [&](const ConfigList& known) { return known.path == path; });
  return found == lists_.end() ? nullptr : &*found;
}

void ConfigTable::add(const ConfigList& list) {
  if (!is_dotted_path(list.path)) {
    throw ValueError("config table: a path is made of letters, digits and _ between dots: ",
                     list.path);
  }
  if (!list.element.lists().empty()) {
    throw ValueError("config table: a list of lists is not supported: ", list.path);
  }
  for (const ConfigEntry& entry : entries_) {
    if (entry.path == list.path || lies_inside(entry.path, list.path)) {
      throw ValueError("config table: the key is declared twice: ", list.path);
    }
  }
  lists_.push_back(list);
}

void ConfigTable::add_section(const std::string& section, const ConfigTable& keys) {
  add_under(section, keys, {});
}

void ConfigTable::add_under(const std::string& section, const ConfigTable& keys,
                            const std::vector<ConfigCondition>& conditions) {
  const auto moved = [&](ConfigEntry entry) {
    entry.path = path_in(section, entry.path);
    if (!entry.formerly.empty()) entry.formerly = path_in(section, entry.formerly);
    for (ConfigCondition& condition : entry.conditions) {
      condition.path = path_in(section, condition.path);
    }
    entry.conditions.insert(entry.conditions.begin(), conditions.begin(), conditions.end());
    return entry;
  };
  for (const ConfigEntry& entry : keys.entries_) add(moved(entry));
  for (const Chooser& chooser : keys.choosers_) {
    choosers_.push_back({moved(chooser.key), chooser.alternatives});
  }
  for (const ConfigList& list : keys.lists_) {
    if (!conditions.empty()) {
      throw ValueError("config table: a list cannot depend on a choice: ", list.path);
    }
    add(ConfigList{path_in(section, list.path), list.help, list.element});
  }
}

void ConfigTable::add(ConfigEntry entry) {
  if (!is_dotted_path(entry.path)) {
    throw ValueError("config table: a path is made of letters, digits and _ between dots: ",
                     entry.path);
  }
  for (const ConfigEntry& other : entries_) {
    if (other.path == entry.path && !exclude_each_other(other, entry)) {
      throw ValueError("config table: the key is declared twice: ", entry.path);
    }
    if (lies_inside(other.path, entry.path) || lies_inside(entry.path, other.path)) {
      throw ValueError("config table: a key cannot be a section as well: ", entry.path, " and ",
                       other.path);
    }
  }
  check_limits(entry);
  entries_.push_back(std::move(entry));
}

}  // namespace heed
