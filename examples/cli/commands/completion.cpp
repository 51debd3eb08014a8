// `heed completion`: a script that completes commands, options, tasks, keys and files.
#include <fmt/format.h>

#include <algorithm>

#include "heed/examples/cli/commands/line/command_line.h"
#include "heed/examples/cli/runs/terminal.h"
#include "heed/examples/cli/training/registry.h"

namespace heed {
namespace {

struct CompletionArguments {
  std::string shell;
};

Options completion_options(CompletionArguments& arguments) {
  return {Option::argument("SHELL", &arguments.shell, "bash").one_of({"bash"})};
}

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
std::string completer(const Option& option) {
  const std::string& value = option.value_name.empty() ? option.name : option.value_name;
  if (!option.choices.empty()) {
    return fmt::format("_heed_words \"{}\" \"$3\"", spaced(option.choices));
  }
  if (value == "CONFIG") return "_heed_configs \"$3\"";
  if (value == "PATH=VALUE") return "_heed_keys \"$3\"";
  if (value == "TASK") return "_heed_words \"$_heed_tasks\" \"$3\"";
  if (value == "COMMAND") return "_heed_words \"$_heed_commands\" \"$3\"";
  const bool is_path = value.find("DIR") != value.npos || value.find("FILE") != value.npos;
  return is_path ? "_heed_files \"\" \"$3\"" : ":";
}

/// The function that is given the command, the word before and the word to complete.
std::string argument_function(const std::vector<Command>& commands) {
  std::string values;
  std::string options;
  std::string positionals;
  for (const Command& command : commands) {
    const Options all = command.call().options;
    options += fmt::format("    {}\\ -*) _heed_words \"{}\" \"$3\" ;;\n", command.name,
                           spaced(option_names(all)));
    for (const Option& option : all) {
      if (option.is_argument()) {
        positionals += fmt::format("    {}\\ *) {} ;;\n", command.name, completer(option));
      } else if (!option.is_flag()) {
        values += fmt::format("    {}\\ {}) {} ; return ;;\n", command.name, option.name,
                              completer(option));
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

void run_completion(const Program& program, const CompletionArguments&) {
  const ConfigTable table = program.registry.table();
  const Chooser* tasks = table.chooser("task.type");
  write_result(fmt::format("{}\n_heed_commands=\"{} --help --version\"\n_heed_tasks=\"{}\"\n{}\n{}",
                           functions, spaced(command_names(program.commands)),
                           spaced(tasks == nullptr ? Words() : tasks->key.choices),
                           value_function(table), argument_function(program.commands)));
}

}  // namespace

Command completion_command() {
  return {.name = "completion",
          .stage = Stage::refer,
          .summary = "print a script for completion with <Tab>",
          .description =
              "Completes commands, options, tasks, files, and for --set the keys of a "
              "configuration and their choices.",
          .exit_status = done_or_bad_input,
          .examples = {{"source <(heed completion bash)", "enables it in this shell"},
                       {"heed completion bash > "
                        "~/.local/share/bash-completion/completions/heed",
                        "enables it permanently, where bash-completion is installed"}},
          .call = calling(completion_options, run_completion)};
}

}  // namespace heed
