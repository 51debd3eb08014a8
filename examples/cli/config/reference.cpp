#include "heed/examples/cli/config/reference.h"

#include <algorithm>
#include <vector>

#include "heed/examples/cli/config/check_value.h"
#include "heed/examples/cli/config/program_name.h"
#include "heed/examples/cli/config/text.h"

namespace heed {
namespace {

constexpr const char* introduction = R"(# Configuration

<!-- Written by `heed schema --markdown`; a test compares. -->

A configuration is one JSON object with the sections below. `heed init TASK` writes one to start
from, `heed validate CONFIG` checks one, `heed schema` prints its JSON Schema for editors.

- A key that is left out has its default. "required" means that there is none.
- Any object may hold `"about"`, a text or an array of texts, which is for readers. `heed train`
  shows and keeps the outermost one, unless `--set` changes what results depend on. The outermost
  object may also hold `"$schema"`, the path of the schema.
- `--set SECTION.KEY=VALUE` on the command line wins over the file: `--set train.lr=0.01`. `null`
  gives the key, or every key of a section, its default. A JSON object sets several keys of a
  section: `--set 'model.attention={"type": "my_mha", "heads": 2}'`.
- Some keys, such as `task.type`, choose from a list. The chosen type may add keys; keys of
  other types are rejected. Where `--set` chooses another type than the file, the file's keys of
  its own type are dropped, with a note.
- Nothing is guessed: an unknown key, a key given twice, a value of the wrong type or out of range
  ends the program with exit code 2 and the line and column of each error.
)";

/// Text that does not end the cell of a table.
std::string cell(const std::string& text) {
  std::string safe;
  for (const char c : text) safe += c == '|' ? "\\|" : std::string(1, c);
  return safe;
}

std::string code(const std::string& text) {
  return "`" + text + "`";
}

std::string choices_text(const ConfigEntry& entry) {
  std::string text;
  for (const std::string& choice : entry.choices) {
    text += (text.empty() ? "" : ", ") + code(json_string(choice));
  }
  return text;
}

std::string default_cell(const ConfigEntry& entry) {
  if (entry.required) return "required";
  return entry.otherwise.empty() ? code(config_text(entry.fallback)) : entry.otherwise;
}

std::string table_of(const std::vector<const ConfigEntry*>& keys, size_t prefix) {
  std::string text = "\n| key | type | default | range | meaning |\n|---|---|---|---|---|\n";
  for (const ConfigEntry* key : keys) {
    const std::string range = key->choices.empty() ? range_text(*key) : choices_text(*key);
    const std::string cells[] = {code(key->path.substr(prefix)), std::string(name_of(key->kind)),
                                 default_cell(*key), range, key->help};
    for (const std::string& text_of_cell : cells) text += "| " + cell(text_of_cell) + " ";
    text += "|\n";
  }
  return text;
}

/// What a chooser can choose, each with its keys and, one level deeper, those of its own choosers.
std::string alternatives_text(const Chooser& chooser, const std::string& heading) {
  std::string text;
  const std::string section = section_of(chooser.key.path);
  for (const Alternative& alternative : chooser.alternatives) {
    text += "\n" + heading + " " + code(chooser.key.path) + " " +
            code(json_string(alternative.name)) + "\n";
    if (!alternative.help.empty()) text += "*" + alternative.help + "*\n";
    std::vector<const ConfigEntry*> keys;
    for (const ConfigEntry& key : alternative.keys.entries()) {
      if (key.conditions.empty()) keys.push_back(&key);
    }
    text += keys.empty() ? "\nIt has no keys of its own.\n" : table_of(keys, 0);
    for (Chooser inner : alternative.keys.choosers()) {
      inner.key.path = section + "." + inner.key.path;
      text += alternatives_text(inner, heading + "#");
    }
  }
  return text;
}

std::string chapter(const ConfigTable& table, const std::string& path) {
  std::vector<const ConfigEntry*> keys;
  for (const ConfigEntry& entry : table.entries()) {
    if (entry.conditions.empty() && section_of(entry.path) == path) keys.push_back(&entry);
  }
  const std::string heading = path.empty() ? "At the top" : code(path);
  std::string text = "\n## " + heading + "\n" + table_of(keys, path.empty() ? 0 : path.size() + 1);
  for (const Chooser& chooser : table.choosers()) {
    const bool is_inner = !chooser.key.conditions.empty();
    if (!is_inner && section_of(chooser.key.path) == path)
      text += alternatives_text(chooser, "###");
  }
  return text;
}

/// The keys of the elements; what they choose is described where the same choice is made for all.
std::string list_chapter(const ConfigList& list) {
  std::vector<const ConfigEntry*> keys;
  for (const ConfigEntry& entry : list.element.entries()) {
    if (entry.conditions.empty()) keys.push_back(&entry);
  }
  return "\n### " + code(list.path) + "\nA list of objects: " + list.help + ".\n" +
         table_of(keys, 0);
}

}  // namespace

std::string markdown_reference(const ConfigTable& table) {
  std::string text = named(introduction);
  std::vector<std::string> paths;
  for (const ConfigEntry& entry : table.entries()) {
    const std::string path = section_of(entry.path);
    if (!entry.conditions.empty() || std::find(paths.begin(), paths.end(), path) != paths.end())
      continue;
    paths.push_back(path);
    text += chapter(table, path);
    for (const ConfigList& list : table.lists()) {
      if (section_of(list.path) == path) text += list_chapter(list);
    }
  }
  return text;
}

}  // namespace heed
