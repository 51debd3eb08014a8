#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "heed/examples/cli/commands/commands.h"
#include "heed/examples/cli/commands/manual.h"
#include "heed/examples/cli/config/table.h"

namespace heed {
namespace {

/// What does not depend on the commands. readline splits words at "=": PATH=VALUE are three.
constexpr const char* functions =
    R"script(# bash completion for heed:  source <(heed completion bash)
_heed_words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$2"); }

_heed_files() { # pattern of names to leave out, or "", and the beginning of the name
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -f ${1:+-X "$1"} -- "$2")
  [[ -z $1 ]] || mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -d -- "$2")
}

_heed_configs() { _heed_files '!*.json' "$1"; }

_heed_keys() {
  compopt -o nospace 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -S = -W "$_heed_key_names" -- "$1")
}

_heed() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} key=
  COMPREPLY=()
  if [[ $word == = ]]; then
    key=$before word=
  elif [[ $before == = ]]; then
    key=${COMP_WORDS[COMP_CWORD-2]}
  fi
  if [[ -n $key ]]; then
    _heed_value "$key" "$word"
  elif ((COMP_CWORD == 1)); then
    _heed_words "$_heed_commands" "$word"
  else
    _heed_argument "${COMP_WORDS[1]}" "$before" "$word"
  fi
}

complete -F _heed heed
)script";

using Words = std::vector<std::string>;

std::string spaced(const Words& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

/// The call that completes a value, by what the manual calls it.
std::string completer(const std::string& value) {
  if (value == "CONFIG") return "_heed_configs \"$3\"";
  if (value == "PATH=VALUE") return "_heed_keys \"$3\"";
  if (value == "TASK") return "_heed_words \"$_heed_tasks\" \"$3\"";
  if (value == "COMMAND") return "_heed_words \"$_heed_commands\" \"$3\"";
  if (value == "SHELL") return "_heed_words bash \"$3\"";
  const bool is_path = value.find("DIR") != value.npos || value.find("FILE") != value.npos ||
                       value.find("CHECKPOINT") != value.npos;
  return is_path ? "_heed_files \"\" \"$3\"" : ":";
}

/// The function that is given the command, the word before and the word to complete.
std::string argument_function(const CLI::App& app) {
  std::string values;
  std::string options;
  std::string positionals;
  for (const CLI::App* command : app.get_subcommands({})) {
    const std::string& name = command->get_name();
    options += fmt::format("    {}\\ -*) _heed_words \"{}\" \"$3\" ;;\n", name,
                           spaced(option_names(*command)));
    for (const CLI::Option* option : command->get_options()) {
      if (option->get_positional()) {
        positionals += fmt::format("    {}\\ *) {} ;;\n", name, completer(option->get_name(true)));
      } else if (option->get_items_expected_max() > 0) {
        values += fmt::format("    {}\\ {}) {} ; return ;;\n", name, option->get_name(),
                              completer(value_name(*option)));
      }
    }
  }
  return "_heed_argument() {\n  case \"$1 $2\" in\n" + values + "  esac\n  case \"$1 $3\" in\n" +
         options + positionals + "  esac\n}\n";
}

std::string value_function(const ConfigTable& table) {
  std::vector<std::string> paths;
  std::string cases;
  for (const ConfigEntry& entry : table.entries()) {
    std::vector<std::string> values = entry.choices;
    if (entry.kind == ValueKind::boolean) values = {"true", "false"};
    const bool is_new = std::find(paths.begin(), paths.end(), entry.path) == paths.end();
    if (is_new) paths.push_back(entry.path);
    if (!is_new || values.empty()) continue;
    cases += fmt::format("    {}) _heed_words \"{}\" \"$2\" ;;\n", entry.path, spaced(values));
  }
  return "_heed_key_names=\"" + spaced(paths) + "\"\n\n_heed_value() {\n  case $1 in\n" + cases +
         "  esac\n}\n";
}

}  // namespace

void completion_command(const CLI::App& app, const Registry& registry) {
  const ConfigTable table = registry.table();
  const TypedSection* tasks = table.section("task");
  write_result(fmt::format("{}\n_heed_commands=\"{} --help --version\"\n_heed_tasks=\"{}\"\n{}\n{}",
                           functions, spaced(command_names(app)),
                           spaced(tasks == nullptr ? Words() : tasks->type_names()),
                           value_function(table), argument_function(app)));
}

}  // namespace heed
