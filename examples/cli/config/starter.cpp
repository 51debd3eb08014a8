#include "heed/examples/cli/config/starter.h"

#include <algorithm>
#include <optional>

#include "heed/examples/cli/config/check_value.h"
#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/config/program_name.h"
#include "heed/examples/cli/config/read_config.h"
#include "heed/examples/cli/config/shipped_configs.h"
#include "heed/examples/cli/config/text.h"

namespace heed {
namespace {

using Lines = std::vector<std::string>;

constexpr size_t note_width = 88;

/// What a section is for; the keys explain themselves by their help.
std::string purpose_of(const std::string& path) {
  if (path == "task") return "What to learn. Sequences are drawn at random, or come from a file.";
  if (path == "model") {
    return "The network. Each symbol becomes a vector of d_model numbers, to which its position is "
           "added. A block lets every vector attend to others and then transforms each on its own "
           "(feed-forward network); after the last block each vector is turned into scores of all "
           "symbols.";
  }
  if (path == "model.attention") {
    return "How positions attend to each other: each query is compared with all keys, and the "
           "values are averaged, weighted by how well query and key match. A head is one such "
           "attention; several heads can attend to different things at once.";
  }
  if (path == "train") {
    return "How to learn. In each step the loss of one batch of sequences is computed, then its "
           "gradient, and every parameter takes a small step against it, scaled by lr. At "
           "intervals the model is evaluated on sequences that it is never trained on.";
  }
  return "";
}

void add_wrapped(Lines& lines, const std::string& text) {
  for (std::string& line : wrapped(named(text), note_width)) lines.push_back(std::move(line));
}

/// JSON with a note in each object.
class StarterWriter {
 public:
  StarterWriter(const ConfigTable& table, const Alternative& task) : table_(table), task_(task) {}

  std::string write(const JsonValue& root) const { return json_file(with_notes(root, "")); }

 private:
  JsonValue with_notes(const JsonValue& object, const std::string& path) const {
    JsonValue noted = {{"about", path.empty() ? top_notes(object) : section_notes(object, path)}};
    for (const JsonValue& member : object.children) {
      if (member.name == "about" || member.name == "$schema") continue;
      const bool is_section = member.kind == JsonValue::Kind::object;
      const std::string inside = path + (path.empty() ? "" : ".") + member.name;
      noted.add(member.name, is_section ? with_notes(member, inside) : member);
    }
    return noted;
  }

  Lines top_notes(const JsonValue& root) const {
    Lines lines;
    if (const JsonValue* about = root.find("about"); about != nullptr) {
      if (!about->text.empty()) lines.push_back(about->text);
      for (const JsonValue& line : about->children) lines.push_back(line.text);
    }
    if (lines.empty()) {
      add_wrapped(lines, "The task " + in_quotes(task_.name) + ": " + task_.help + ".");
    }
    add_wrapped(
        lines,
        "Edit as needed, then: heed train FILE --dry-run checks it, heed train FILE "
        "trains it, heed trace FILE shows each operation. All keys: heed schema --markdown.");
    return lines;
  }

  /// The key at a path that a choice in the same section adds.
  const ConfigEntry* entry_at(const JsonValue& section, const std::string& path) const {
    for (const ConfigEntry& entry : table_.entries()) {
      const auto& conditions = entry.conditions;
      const bool holds = std::all_of(
          conditions.begin(), conditions.end(),
          [&](const ConfigCondition& each) { return chosen_in(section, each.path) == each.value; });
      if (entry.path == path && holds) return &entry;
    }
    return nullptr;
  }

  /// What a section, or else its default, chooses by the key at a path in it.
  std::string chosen_in(const JsonValue& section, const std::string& path) const {
    const JsonValue* given = section.find(path.substr(path.rfind('.') + 1));
    if (given != nullptr) return given->text;
    const auto* fallback = std::get_if<std::string>(&table_.chooser(path)->key.fallback);
    return fallback == nullptr ? "" : *fallback;
  }

  Lines section_notes(const JsonValue& section, const std::string& path) const {
    Lines lines;
    add_wrapped(lines, purpose_of(path));
    Lines given;
    for (const JsonValue& member : section.children) {
      given.push_back(path + "." + member.name);
      const ConfigEntry* entry = entry_at(section, given.back());
      if (entry == nullptr) continue;
      const std::string help = alternative_help(given.back(), member.text);
      const std::string rule =
          help.empty() ? entry->help + " (" + wanted(*entry) + ")"
                       : in_quotes(member.text) + ", " + help + " (heed tasks lists the others)";
      add_wrapped(lines, member.name + ": " + rule);
    }
    add_wrapped(lines, others(section, path, given));
    return lines;
  }

  std::string alternative_help(const std::string& path, const std::string& name) const {
    const Chooser* chooser = table_.chooser(path);
    const Alternative* known = chooser == nullptr ? nullptr : chooser->find(name);
    return known == nullptr ? "" : known->help;
  }

  std::string others(const JsonValue& section, const std::string& path, const Lines& given) const {
    std::string names;
    for (const ConfigEntry& entry : table_.entries()) {
      if (!entry.path.starts_with(path + ".") ||
          entry.path.find('.', path.size() + 1) != std::string::npos ||
          entry_at(section, entry.path) != &entry ||
          std::find(given.begin(), given.end(), entry.path) != given.end()) {
        continue;
      }
      names += (names.empty() ? "Keys left at their defaults: " : ", ") +
               entry.path.substr(path.size() + 1);
    }
    return names.empty() ? "" : names + ".";
  }

  const ConfigTable& table_;
  const Alternative& task_;
};

/// A value that a key allows, for one without a default.
std::string stand_in(const ConfigEntry& entry) {
  if (!entry.choices.empty()) return entry.choices.front();
  if (entry.kind == ValueKind::boolean) return "false";
  if (entry.kind == ValueKind::string) return "CHANGE_ME";
  if (entry.minimum.index() == 0)
    return config_text(entry.maximum.index() == 0 ? 1 : entry.maximum);
  if (!entry.exclusive_minimum) return config_text(entry.minimum);
  if (entry.maximum.index() != 0) return config_text(entry.maximum);
  const auto* integer = std::get_if<int64_t>(&entry.minimum);
  return integer != nullptr ? std::to_string(*integer + 1)
                            : config_text(std::get<double>(entry.minimum) + 1);
}

Starter defaults_of(const ConfigTable& table, const Alternative& task) {
  Starter starter;
  std::vector<std::string> sets{"task.type=" + task.name};
  for (const ConfigEntry& key : task.keys.entries()) {
    if (!key.required) continue;
    starter.gaps.push_back("task." + key.path);
    sets.push_back(starter.gaps.back() + "=" + stand_in(key));
  }
  starter.text = to_json(read_config_text(table, "{}", task.name, sets));
  return starter;
}

/// The text of configs/<task>.json if the table can read it.
std::optional<std::string> shipped_text(const ConfigTable& table, const std::string& task) {
  for (const ShippedConfig& shipped : shipped_configs()) {
    if (shipped.name != task) continue;
    try {
      static_cast<void>(read_config_text(table, shipped.text, task));
      return std::string(shipped.text);
    } catch (const ConfigError&) {  // a program of its own may have another task of this name
    }
  }
  return std::nullopt;
}

const JsonValue* member_of(const JsonValue& root, const char* section, const std::string& name) {
  const JsonValue* object = root.find(section);
  return object == nullptr ? nullptr : object->find(name);
}

/// The shipped files that a shipped configuration of the task reads.
std::vector<ShippedConfig> data_of(const Alternative& task, const std::string& text) {
  std::vector<ShippedConfig> data;
  const JsonValue root = read_json(text);
  for (const ConfigEntry& key : task.keys.entries()) {
    const JsonValue* path = key.is_path ? member_of(root, "task", key.path) : nullptr;
    for (const ShippedConfig& file : shipped_data()) {
      if (path != nullptr && file.name == path->text) data.push_back(file);
    }
  }
  return data;
}

}  // namespace

Starter starter_config(const ConfigTable& table, const std::string& task) {
  const Chooser* tasks = table.chooser("task.type");
  const Alternative* type = tasks == nullptr ? nullptr : tasks->find(task);
  if (type == nullptr) throw ValueError("starter: no such task: ", task);
  const auto shipped = shipped_text(table, task);
  Starter starter =
      shipped ? Starter{*shipped, {}, data_of(*type, *shipped)} : defaults_of(table, *type);
  starter.text = StarterWriter(table, *type).write(read_json(starter.text));
  return starter;
}

}  // namespace heed
