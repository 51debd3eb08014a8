#include "heed/examples/cli/commands/line/completion.h"

#include <fmt/format.h>

#include <algorithm>

#include "heed/examples/cli/commands/line/command_line.h"
#include "heed/examples/cli/config/program_name.h"
#include "heed/examples/cli/training/registry.h"

namespace heed {
namespace {

using Words = std::vector<std::string>;

/// What an option or argument takes, by what the manual calls its value.
Completed completed(const Option& option, const Words& tasks, const Words& commands) {
  using Kind = Completed::Kind;
  const std::string& value = option.value_name.empty() ? option.name : option.value_name;
  if (!option.choices.empty()) return {Kind::words, option.choices};
  if (value == "CONFIG") return {Kind::configs};
  if (value.starts_with("PATH=VALUE")) return {Kind::keys};
  if (value == "TASK") return {Kind::words, tasks};
  if (value == "COMMAND") return {Kind::words, commands};
  for (const char* path : {"DIR", "FILE", "CONFIG", "RUN", "CHECKPOINT"}) {
    if (value.find(path) != value.npos) return {Kind::paths};
  }
  return {};
}

std::vector<std::pair<std::string, Words>> completed_keys(const ConfigTable& table) {
  std::vector<std::pair<std::string, Words>> keys;
  for (const ConfigEntry& entry : table.entries()) {
    const bool is_new = std::none_of(keys.begin(), keys.end(),
                                     [&](const auto& key) { return key.first == entry.path; });
    if (!is_new) continue;
    const bool is_boolean = entry.kind == ValueKind::boolean;
    keys.emplace_back(entry.path, is_boolean ? Words{"true", "false"} : entry.choices);
  }
  return keys;
}

}  // namespace

CompletionTable completion_table(const Program& program) {
  const ConfigTable config = program.registry.table();
  const Chooser* chooser = config.chooser("task.type");
  const Words tasks = chooser == nullptr ? Words() : chooser->key.choices;
  const Words names = command_names(program.commands);
  CompletionTable table{program_name(), {}, completed_keys(config)};
  for (const Command& command : program.commands) {
    CompletedCommand one{command.name, command.summary, {}, {}};
    one.options.push_back({"--help", "show this help", true, {}});
    for (const Option& option : command.call().options) {
      const Completed value = completed(option, tasks, names);
      if (option.is_argument()) {
        one.arguments.push_back(value);
      } else {
        one.options.push_back({option.name, option.help, option.is_flag(), value});
      }
    }
    table.commands.push_back(std::move(one));
  }
  return table;
}

std::string spaced(const Words& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

Words first_words(const CompletionTable& table) {
  Words words;
  for (const CompletedCommand& command : table.commands) words.push_back(command.name);
  words.insert(words.end(), {"--help", "--version"});
  return words;
}

Words option_words(const CompletedCommand& command) {
  Words words;
  for (const CompletedOption& option : command.options) words.push_back(option.name);
  return words;
}

Words key_words(const CompletionTable& table) {
  Words words;
  for (const auto& [key, values] : table.keys) words.push_back(key);
  return words;
}

std::string with_prefix(std::string script, const CompletionTable& table) {
  std::string prefix = "_" + table.program;
  for (char& c : prefix) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!is_letter && !(c >= '0' && c <= '9')) c = '_';
  }
  for (size_t at = 0; (at = script.find("@@", at)) != script.npos; at += prefix.size()) {
    script.replace(at, 2, prefix);
  }
  return script;
}

}  // namespace heed
