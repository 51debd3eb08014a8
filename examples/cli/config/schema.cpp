#include "heed/examples/cli/config/schema.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "heed/examples/cli/config/check_value.h"

namespace heed {
namespace {

using Json = nlohmann::ordered_json;
using Entries = std::vector<const ConfigEntry*>;

Json json_value(const ConfigValue& value) {
  return std::visit(
      [](const auto& held) -> Json {
        if constexpr (std::is_same_v<std::decay_t<decltype(held)>, std::monostate>) {
          return nullptr;
        } else {
          return held;
        }
      },
      value);
}

std::string description_of(const ConfigEntry& entry) {
  if (entry.otherwise.empty()) return entry.help;
  return entry.help + (entry.help.empty() ? "" : "; ") + default_text(entry);
}

Json key_schema(const ConfigEntry& entry) {
  Json schema;
  if (const std::string text = description_of(entry); !text.empty()) schema["description"] = text;
  schema["type"] = name_of(entry.kind);
  if (!entry.choices.empty()) schema["enum"] = entry.choices;
  if (entry.minimum.index() != 0) {
    schema[entry.exclusive_minimum ? "exclusiveMinimum" : "minimum"] = json_value(entry.minimum);
  }
  if (entry.maximum.index() != 0) schema["maximum"] = json_value(entry.maximum);
  if (entry.fallback.index() != 0) schema["default"] = json_value(entry.fallback);
  return schema;
}

class SchemaWriter {
 public:
  explicit SchemaWriter(const ConfigTable& table) : table_(table) {}

  Json write() const {
    Entries all;
    for (const ConfigEntry& entry : table_.entries()) all.push_back(&entry);
    Json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                   {"title", "heed configuration"}};
    schema.update(closed_object("", all));
    schema["properties"]["$schema"] = {{"description", "the file of this schema, for editors"},
                                       {"type", "string"}};
    const Json text = {{"type", "string"}};
    schema["$defs"]["about"] = {{"description", "a note for readers: a text, or its lines"},
                                {"anyOf", {text, {{"type", "array"}, {"items", text}}}}};
    return schema;
  }

 private:
  /// Whether a configuration that says nothing lacks this key.
  bool is_needed(const ConfigEntry& entry) const {
    if (!entry.required || !entry.condition) return entry.required;
    const std::string& path = entry.condition->type_path;
    const TypedSection* section = table_.section(path.substr(0, path.rfind('.')));
    return section->fallback == entry.condition->type;
  }

  /// An object with the given entries, all of which lie under `prefix`, and no other keys.
  Json closed_object(const std::string& prefix, const Entries& entries) const {
    Json schema = {{"type", "object"}, {"properties", Json::object()}};
    Json& properties = schema["properties"];
    properties["about"] = {{"$ref", "#/$defs/about"}};
    std::vector<std::string> required;
    for (const ConfigEntry* entry : entries) {
      const std::string name =
          entry->path.substr(prefix.size(), entry->path.find('.', prefix.size()) - prefix.size());
      const std::string path = prefix + name;
      const bool is_key = path == entry->path;
      const bool is_missed = is_key ? entry->required : is_needed(*entry);
      if (is_missed && std::find(required.begin(), required.end(), name) == required.end()) {
        required.push_back(name);
      }
      if (properties.contains(name)) continue;
      properties[name] = is_key ? key_schema(*entry) : section_schema(path, entries);
    }
    if (!required.empty()) schema["required"] = required;
    schema["additionalProperties"] = false;
    return schema;
  }

  /// The object at `path`, made of those entries that lie in it.
  Json section_schema(const std::string& path, const Entries& entries) const {
    const std::string prefix = path + ".";
    const TypedSection* section = table_.section(path);
    const auto belongs = [&](const ConfigEntry& entry, const std::string* type) {
      if (!entry.path.starts_with(prefix)) return false;
      const bool is_conditional = entry.condition && entry.condition->type_path == prefix + "type";
      return !is_conditional || (type != nullptr && entry.condition->type == *type);
    };
    const auto object_of = [&](const std::string* type) {
      Entries inside;
      for (const ConfigEntry* entry : entries) {
        if (belongs(*entry, type)) inside.push_back(entry);
      }
      return closed_object(prefix, inside);
    };
    Json schema = object_of(nullptr);
    if (section == nullptr) return schema;
    schema.erase("additionalProperties");  // each type says which keys there are
    for (const SectionType& type : section->types) {
      Json own = object_of(&type.name);
      own.erase("type");
      own["properties"]["type"] = {{"const", type.name}, {"description", type.help}};
      Json chosen = {{"properties", {{"type", {{"const", type.name}}}}}};
      if (section->fallback != type.name) chosen["required"] = {"type"};
      schema["allOf"].push_back({{"if", chosen}, {"then", own}});
    }
    return schema;
  }

  const ConfigTable& table_;
};

}  // namespace

std::string json_schema(const ConfigTable& table) {
  return SchemaWriter(table).write().dump(2) + "\n";
}

}  // namespace heed
