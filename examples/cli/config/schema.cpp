#include "heed/examples/cli/config/schema.h"

#include <algorithm>
#include <vector>

#include "heed/examples/cli/config/check_value.h"
#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/config/program_name.h"

namespace heed {
namespace {

using Conditions = std::vector<ConfigCondition>;
using Names = std::vector<std::string>;

JsonValue json_value(const ConfigValue& value) {
  return std::visit(
      [](const auto& held) -> JsonValue {
        if constexpr (std::is_same_v<std::decay_t<decltype(held)>, std::monostate>) {
          return {};
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

JsonValue key_schema(const ConfigEntry& entry) {
  JsonValue schema;
  if (const std::string text = description_of(entry); !text.empty()) {
    schema.add("description", text);
  }
  schema.add("type", name_of(entry.kind));
  if (!entry.choices.empty()) schema.add("enum", entry.choices);
  if (entry.minimum.index() != 0) {
    schema.add(entry.exclusive_minimum ? "exclusiveMinimum" : "minimum", json_value(entry.minimum));
  }
  if (entry.maximum.index() != 0) schema.add("maximum", json_value(entry.maximum));
  if (entry.fallback.index() != 0) schema.add("default", json_value(entry.fallback));
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

  JsonValue write() const {
    JsonValue schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                        {"title", program_name() + " configuration"}};
    JsonValue root = closed_object("", {});
    for (JsonValue& member : root.children) {
      if (member.name == "properties") {
        member.add("$schema",
                   {{"description", "the file of this schema, for editors"}, {"type", "string"}});
      }
      schema.add(member.name, member);
    }
    const JsonValue text = {{"type", "string"}};
    const JsonValue lines = {{"type", "array"}, {"items", text}};
    const JsonValue about = {{"description", "a note for readers: a text, or its lines"},
                             {"anyOf", std::vector{text, lines}}};
    return schema.add("$defs", {{"about", about}});
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
  JsonValue closed_object(const std::string& prefix, const Conditions& assumed) const {
    JsonValue properties = {{"about", {{"$ref", "#/$defs/about"}}}};
    const Names required =
        add_properties(properties, prefix, assumed,
                       [&](const ConfigEntry& entry) { return hold(entry.conditions, assumed); });
    // Each alternative says which of the others it has.
    add_rest(properties, prefix, true, [](const ConfigEntry&) { return true; });
    for (const ConfigList& list : table_.lists()) {
      if (!list.path.starts_with(prefix) ||
          first_name(list.path, prefix).size() != list.path.size() - prefix.size()) {
        continue;
      }
      properties.add(list.path.substr(prefix.size()),
                     {{"description", list.help},
                      {"type", "array"},
                      {"items", SchemaWriter(list.element).closed_object("", {})},
                      {"maxItems", most_list_elements}});
    }
    JsonValue schema = {{"type", "object"}, {"properties", properties}};
    if (!required.empty()) schema.add("required", required);
    schema.add("additionalProperties", false);
    add_choices(schema, prefix, assumed);
    return schema;
  }

  /// Adds those of the keys that `belongs` selects. Returns which are required.
  template <class Belongs>
  Names add_properties(JsonValue& properties, const std::string& prefix, const Conditions& assumed,
                       const Belongs& belongs) const {
    Names required;
    for (const ConfigEntry& entry : table_.entries()) {
      if (!entry.path.starts_with(prefix)) continue;
      const std::string name = first_name(entry.path, prefix);
      const bool is_key = prefix + name == entry.path;
      const bool is_missed =
          entry.required && (is_key ? belongs(entry) : assumed.empty() && counts_by_default(entry));
      if (is_missed && std::find(required.begin(), required.end(), name) == required.end()) {
        required.push_back(name);
      }
      if (!belongs(entry) || properties.find(name) != nullptr) continue;
      properties.add(name,
                     is_key ? key_schema(entry) : closed_object(prefix + name + ".", assumed));
    }
    return required;
  }

  /// Adds whether the keys that `selects` names, and that are not there, are allowed.
  template <class Selects>
  void add_rest(JsonValue& properties, const std::string& prefix, bool is_allowed,
                const Selects& selects) const {
    for (const ConfigEntry& entry : table_.entries()) {
      if (!entry.path.starts_with(prefix) || !selects(entry)) continue;
      const std::string name = first_name(entry.path, prefix);
      if (properties.find(name) == nullptr) properties.add(name, is_allowed);
    }
  }

  /// Adds what each alternative of the choosers directly under `prefix` allows.
  void add_choices(JsonValue& schema, const std::string& prefix, const Conditions& assumed) const {
    std::vector<JsonValue> choices;
    for (const Chooser& chooser : table_.choosers()) {
      const std::string& path = chooser.key.path;
      const std::string name = path.substr(std::min(prefix.size(), path.size()));
      if (prefix + name != path || name.find('.') != name.npos ||
          chooser.key.conditions != assumed) {
        continue;
      }
      for (const Alternative& alternative : chooser.alternatives) {
        JsonValue chosen = {{"properties", {{name, {{"const", alternative.name}}}}}};
        if (chooser.key.fallback != ConfigValue(alternative.name)) {
          chosen.add("required", std::vector{name});
        }
        choices.push_back(
            {{"if", chosen}, {"then", alternative_schema(chooser, alternative, prefix)}});
      }
    }
    if (!choices.empty()) schema.add("allOf", choices);
  }

  /// What the other keys may be if this alternative is chosen.
  JsonValue alternative_schema(const Chooser& chooser, const Alternative& alternative,
                               const std::string& prefix) const {
    const ConfigCondition chosen{chooser.key.path, alternative.name};
    Conditions assumed = chooser.key.conditions;
    assumed.push_back(chosen);
    JsonValue properties = {{chooser.key.path.substr(prefix.size()),
                             {{"const", alternative.name}, {"description", alternative.help}}}};
    const Names required = add_properties(properties, prefix, assumed, [&](const auto& entry) {
      return contains(entry.conditions, chosen) && hold(entry.conditions, assumed);
    });
    add_rest(properties, prefix, false, [&](const ConfigEntry& entry) {
      return std::any_of(entry.conditions.begin(), entry.conditions.end(), [&](const auto& each) {
        return each.path == chosen.path && each.value != chosen.value;
      });
    });
    JsonValue schema = {{"properties", properties}};
    if (!required.empty()) schema.add("required", required);
    add_choices(schema, prefix, assumed);
    return schema;
  }

  const ConfigTable& table_;
};

}  // namespace

std::string json_schema(const ConfigTable& table) {
  return json_file(SchemaWriter(table).write());
}

}  // namespace heed
