#include "heed/examples/cli/config/key_lookup.h"

#include <algorithm>

#include "heed/examples/cli/config/suggest.h"
#include "heed/examples/cli/config/text.h"

namespace heed {
namespace {

void add_once(std::vector<std::string>& words, std::string word) {
  if (std::find(words.begin(), words.end(), word) == words.end()) words.push_back(std::move(word));
}

}  // namespace

const ConfigCondition* KeyLookup::broken_condition(const ConfigEntry& entry) const {
  for (const ConfigCondition& condition : entry.conditions) {
    const auto chosen = chosen_.find(condition.path);
    if (chosen == chosen_.end() || chosen->second != condition.value) return &condition;
  }
  return nullptr;
}

bool KeyLookup::is_active(const ConfigEntry& entry) const {
  return broken_condition(entry) == nullptr;
}

bool KeyLookup::may_count(const ConfigEntry& entry) const {
  const ConfigCondition* broken = broken_condition(entry);
  return broken == nullptr || !chosen_.contains(broken->path);
}

KeyLookup::Result KeyLookup::find(std::string_view path) const {
  Result result{Meaning::nothing};
  const std::string inside = std::string(path) + ".";
  for (const ConfigEntry& entry : table_.entries()) {
    if (entry.path == path) {
      if (is_active(entry)) return {Meaning::key, &entry};
      if (may_count(entry)) return {Meaning::unsettled, &entry};
      result = {Meaning::foreign, &entry};
    } else if (entry.path.starts_with(inside)) {
      return {Meaning::section};
    }
  }
  return result;
}

std::vector<std::string> KeyLookup::children(std::string_view section) const {
  const std::string prefix = section.empty() ? "" : std::string(section) + ".";
  std::vector<std::string> names;
  for (const ConfigEntry& entry : table_.entries()) {
    if (!may_count(entry) || !entry.path.starts_with(prefix)) continue;
    const std::string rest = entry.path.substr(prefix.size());
    add_once(names, rest.substr(0, rest.find('.')));
  }
  for (const ConfigList& list : table_.lists()) {
    if (list.path.starts_with(prefix)) add_once(names, list.path.substr(prefix.size()));
  }
  return names;
}

std::string KeyLookup::unknown_message(const std::string& path) const {
  std::vector<std::string> known;
  for (const ConfigEntry& entry : table_.entries()) {
    if (!may_count(entry)) continue;
    for (size_t dot = entry.path.find('.'); dot != std::string::npos;
         dot = entry.path.find('.', dot + 1)) {
      add_once(known, entry.path.substr(0, dot));
    }
    add_once(known, entry.path);
  }
  for (const ConfigList& list : table_.lists()) add_once(known, list.path);
  std::string message = "unknown key " + in_quotes(path);
  if (const auto meant = nearest_path(path, known)) {
    return message + "; did you mean " + in_quotes(*meant) + "?";
  }
  std::string section;  // the innermost one on the path that there is
  for (size_t dot = path.find('.'); dot != std::string::npos; dot = path.find('.', dot + 1)) {
    if (children(path.substr(0, dot)).empty()) break;
    section = path.substr(0, dot);
  }
  const std::string where = section.empty() ? "at the top" : "in " + in_quotes(section);
  return message + "; known " + where + ": " + list_in_quotes(children(section));
}

std::string KeyLookup::foreign_message(const std::string& path) const {
  std::string chooser;
  std::vector<std::string> owners;
  for (const ConfigEntry& entry : table_.entries()) {
    if (entry.path != path) continue;
    const ConfigCondition* broken = broken_condition(entry);
    if (chooser.empty()) chooser = broken->path;
    if (broken->path == chooser) owners.push_back(in_quotes(broken->value));
  }
  return in_quotes(path) + " belongs to " + chooser + " " + list_with_or(owners) + ", not " +
         in_quotes(chosen_.at(chooser));
}

std::string KeyLookup::section_message(const std::string& path) const {
  const std::vector<std::string> names = children(path);
  if (names.empty()) return unknown_message(path);  // all its keys belong to another type
  const std::string message = in_quotes(path) + " is a section; ";
  if (std::find(names.begin(), names.end(), "type") != names.end()) {
    return message + "did you mean " + in_quotes(path + ".type") + "?";
  }
  return message + "set one of its keys: " + list_in_quotes(names);
}

}  // namespace heed
