#include "heed/examples/cli/config/schema.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "heed/examples/cli/config/check_value.h"

namespace heed {
namespace {

using Json = nlohmann::ordered_json;
using Conditions = std::vector<ConfigCondition>;

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

bool contains(const Conditions& conditions, const ConfigCondition& condition) {
  return std::find(conditions.begin(), conditions.end(), condition) != conditions.end();
}

bool hold(const Conditions& conditions, const Conditions& assumed) {
  return std::all_of(conditions.begin(), conditions.end(),
                     [&](const ConfigCondition& each) { return contains(assumed, each); });
}

/// The name directly under `prefix` on the way to `path`.
std::string first_name(const std::string& path, const std::string& prefix) {
  return path.substr(prefix.size(), path.find('.', prefix.size()) - prefix.size());
}

class SchemaWriter {
 public:
  explicit SchemaWriter(const ConfigTable& table) : table_(table) {}

  Json write() const {
    Json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                   {"title", "heed configuration"}};
    schema.update(closed_object("", {}));
    schema["properties"]["$schema"] = {{"description", "the file of this schema, for editors"},
                                       {"type", "string"}};
    const Json text = {{"type", "string"}};
    schema["$defs"]["about"] = {{"description", "a note for readers: a text, or its lines"},
                                {"anyOf", {text, {{"type", "array"}, {"items", text}}}}};
    return schema;
  }

 private:
  /// Whether the key counts in a configuration that says nothing.
  bool counts_by_default(const ConfigEntry& entry) const {
    return std::all_of(
        entry.conditions.begin(), entry.conditions.end(), [&](const ConfigCondition& condition) {
          return table_.chooser(condition.path)->key.fallback == ConfigValue(condition.value);
        });
  }

  /// The object whose keys begin with `prefix`, and no other keys, where `assumed` holds.
  Json closed_object(const std::string& prefix, const Conditions& assumed) const {
    Json schema = {{"type", "object"}, {"properties", {{"about", {{"$ref", "#/$defs/about"}}}}}};
    add_members(schema, prefix, assumed,
                [&](const ConfigEntry& entry) { return hold(entry.conditions, assumed); });
    for (const ConfigEntry& entry : table_.entries()) {  // each alternative says which it has
      if (!entry.path.starts_with(prefix)) continue;
      Json& properties = schema["properties"];
      const std::string name = first_name(entry.path, prefix);
      if (!properties.contains(name)) properties[name] = true;
    }
    schema["additionalProperties"] = false;
    add_choices(schema, prefix, assumed);
    return schema;
  }

  /// Adds those of the keys that `belongs` selects, and which of them are required.
  template <class Belongs>
  void add_members(Json& schema, const std::string& prefix, const Conditions& assumed,
                   const Belongs& belongs) const {
    std::vector<std::string> required;
    for (const ConfigEntry& entry : table_.entries()) {
      if (!entry.path.starts_with(prefix)) continue;
      const std::string name = first_name(entry.path, prefix);
      const bool is_key = prefix + name == entry.path;
      const bool is_missed =
          entry.required && (is_key ? belongs(entry) : assumed.empty() && counts_by_default(entry));
      if (is_missed && std::find(required.begin(), required.end(), name) == required.end()) {
        required.push_back(name);
      }
      if (!belongs(entry) || schema["properties"].contains(name)) continue;
      schema["properties"][name] =
          is_key ? key_schema(entry) : closed_object(prefix + name + ".", assumed);
    }
    if (!required.empty()) schema["required"] = required;
  }

  /// Adds what each alternative of the choosers directly under `prefix` allows.
  void add_choices(Json& schema, const std::string& prefix, const Conditions& assumed) const {
    for (const Chooser& chooser : table_.choosers()) {
      const std::string& path = chooser.key.path;
      const std::string name = path.substr(std::min(prefix.size(), path.size()));
      if (prefix + name != path || name.find('.') != name.npos ||
          chooser.key.conditions != assumed) {
        continue;
      }
      for (const Alternative& alternative : chooser.alternatives) {
        Json chosen = {{"properties", {{name, {{"const", alternative.name}}}}}};
        if (chooser.key.fallback != ConfigValue(alternative.name)) chosen["required"] = {name};
        schema["allOf"].push_back(
            {{"if", chosen}, {"then", alternative_schema(chooser, alternative, prefix)}});
      }
    }
  }

  /// What the other keys may be if this alternative is chosen.
  Json alternative_schema(const Chooser& chooser, const Alternative& alternative,
                          const std::string& prefix) const {
    const ConfigCondition chosen{chooser.key.path, alternative.name};
    Conditions assumed = chooser.key.conditions;
    assumed.push_back(chosen);
    const std::string name = chooser.key.path.substr(prefix.size());
    Json schema = {
        {"properties", {{name, {{"const", alternative.name}, {"description", alternative.help}}}}}};
    add_members(schema, prefix, assumed, [&](const ConfigEntry& entry) {
      return contains(entry.conditions, chosen) && hold(entry.conditions, assumed);
    });
    for (const ConfigEntry& entry : table_.entries()) {
      if (!entry.path.starts_with(prefix)) continue;
      const bool is_foreign = std::any_of(
          entry.conditions.begin(), entry.conditions.end(),
          [&](const auto& each) { return each.path == chosen.path && each.value != chosen.value; });
      Json& properties = schema["properties"];
      const std::string other = first_name(entry.path, prefix);
      if (is_foreign && !properties.contains(other)) properties[other] = false;
    }
    add_choices(schema, prefix, assumed);
    return schema;
  }

  const ConfigTable& table_;
};

}  // namespace

std::string json_schema(const ConfigTable& table) {
  return SchemaWriter(table).write().dump(2) + "\n";
}

}  // namespace heed
