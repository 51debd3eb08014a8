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

bool is_path(std::string_view path) {
  for (size_t dot = path.find('.'); dot != path.npos; dot = path.find('.')) {
    if (!is_segment(path.substr(0, dot))) return false;
    path.remove_prefix(dot + 1);
  }
  return is_segment(path);
}

bool lies_inside(std::string_view path, std::string_view section) {
  return path.size() > section.size() && path.starts_with(section) && path[section.size()] == '.';
}

/// Whether no configuration can satisfy both conditions.
bool exclude_each_other(const ConfigEntry& a, const ConfigEntry& b) {
  return a.condition && b.condition && a.condition->type_path == b.condition->type_path &&
         a.condition->type != b.condition->type;
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

const SectionType* TypedSection::type(std::string_view name) const {
  const auto found = std::find_if(types.begin(), types.end(),
                                  [&](const SectionType& known) { return known.name == name; });
  return found == types.end() ? nullptr : &*found;
}

std::vector<std::string> TypedSection::type_names() const {
  std::vector<std::string> names;
  for (const SectionType& known : types) names.push_back(known.name);
  return names;
}

const TypedSection* ConfigTable::section(std::string_view path) const {
  const auto found = std::find_if(sections_.begin(), sections_.end(),
                                  [&](const TypedSection& known) { return known.path == path; });
  return found == sections_.end() ? nullptr : &*found;
}

void ConfigTable::add(const std::vector<ConfigEntry>& keys) {
  for (const ConfigEntry& key : keys) add_one(key);
}

void ConfigTable::mount(const TypedSection& section) {
  Key<std::string> type{
      .path = section.path + ".type", .fallback = section.fallback, .help = section.help};
  for (const SectionType& choice : section.types) {
    if (std::find(type.choices.begin(), type.choices.end(), choice.name) != type.choices.end()) {
      throw ValueError("config table: the type is declared twice: ", section.path, " ",
                       choice.name);
    }
    type.choices.push_back(choice.name);
  }
  if (type.choices.empty()) throw ValueError("config table: no types to choose: ", section.path);
  add_one(type);
  for (const SectionType& choice : section.types) {
    for (ConfigEntry entry : choice.keys) {
      entry.path = section.path + "." + entry.path;
      entry.condition = ConfigCondition{type.path, choice.name};
      add_one(std::move(entry));
    }
  }
  sections_.push_back(section);
}

void ConfigTable::add_one(ConfigEntry entry) {
  if (!is_path(entry.path)) {
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
