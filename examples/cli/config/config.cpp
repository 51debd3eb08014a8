#include "heed/examples/cli/config/config.h"

#include <algorithm>

#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/config/text.h"
#include "heed/framework/base/error.h"

namespace heed {
namespace {

JsonValue json_of(const ConfigValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  JsonValue json(0);  // or a boolean, which is written alike: as its text says
  json.text = config_text(value);
  return json;
}

/// The elements of what has the names 0, 1, …; else the object itself.
JsonValue with_lists(JsonValue object) {
  if (object.children.empty() || object.children.front().name != "0") return object;
  object.kind = JsonValue::Kind::array;
  return object;
}

/// Adds what lies under `prefix`, "" or "section.".
void add_members(JsonValue& object, const Config& config, const std::string& prefix) {
  for (const auto& [path, value] : config.values()) {
    if (!path.starts_with(prefix) || value.index() == 0) continue;
    const std::string name =
        path.substr(prefix.size(), path.find('.', prefix.size()) - prefix.size());
    if (object.find(name) != nullptr) continue;
    if (prefix + name == path) {
      object.add(name, json_of(value));
    } else {
      JsonValue section;
      add_members(section, config, prefix + name + ".");
      object.add(name, with_lists(std::move(section)));
    }
  }
}

}  // namespace

const ConfigValue& Config::value(std::string_view path, ValueKind kind) const {
  const auto found = std::find_if(values_.begin(), values_.end(),
                                  [&](const auto& value) { return value.first == path; });
  if (found == values_.end()) {
    throw ValueError("config: no such key here: ", json_string(path));
  }
  const ConfigValue& value = found->second;
  const auto held = static_cast<ValueKind>(value.index() - 1);
  if (value.index() != 0 && held != kind) {
    throw ValueError("config: a key is read with another type than its own: ", json_string(path),
                     " is ", name_of(held), ", not ", name_of(kind));
  }
  return value;
}

size_t Config::size_of_list(std::string_view path) const {
  const auto has_element = [&](size_t index) {
    const std::string prefix = text_of(path, ".", index, ".");
    return std::any_of(values_.begin(), values_.end(),
                       [&](const auto& value) { return value.first.starts_with(prefix); });
  };
  size_t size = 0;
  while (has_element(size)) ++size;
  return size;
}

Section Config::section(std::string_view path) const& {
  return {*this, path};
}

std::string to_json(const Config& config) {
  JsonValue json = std::initializer_list<JsonMember>{};
  const auto& lines = config.about();
  if (!lines.empty()) json.add("about", lines.size() == 1 ? JsonValue(lines.front()) : lines);
  add_members(json, config, "");
  return json_file(json);
}

}  // namespace heed
