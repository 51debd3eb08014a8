#include <fmt/format.h>

#include "heed/examples/cli/commands/line/completion.h"

namespace heed {
namespace {

/// What does not depend on the commands; "@@" is the prefix of the functions. readline splits words
/// at "=": PATH=VALUE are three.
constexpr const char* bash_functions =
    R"script(@@_words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$2"); }

@@_files() { # pattern of names to leave out, or "", and the beginning of the name
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -f ${1:+-X "$1"} -- "$2")
  [[ -z $1 ]] || mapfile -t -O ${#COMPREPLY[*]} COMPREPLY < <(compgen -d -- "$2")
}

@@_configs() { @@_files '!*.json' "$1"; }

@@_keys() {
  compopt -o nospace 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -S = -W "$@@_key_names" -- "$1")
}

@@() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} key=
  COMPREPLY=()
  if [[ $word == = ]]; then
    key=$before word=
  elif [[ $before == = ]]; then
    key=${COMP_WORDS[COMP_CWORD-2]}
  fi
  if [[ -n $key ]]; then
    @@_value "$key" "$word"
  elif ((COMP_CWORD == 1)); then
    @@_words "$@@_commands" "$word"
  else
    @@_argument "${COMP_WORDS[1]}" "$before" "$word"
  fi
}

)script";

std::string bash_completer(const Completed& completed) {
  switch (completed.kind) {
    case Completed::Kind::words:
      return fmt::format("@@_words \"{}\" \"$3\"", spaced(completed.words));
    case Completed::Kind::configs:
      return "@@_configs \"$3\"";
    case Completed::Kind::paths:
      return "@@_files \"\" \"$3\"";
    case Completed::Kind::keys:
      return "@@_keys \"$3\"";
    case Completed::Kind::anything:
      break;
  }
  return ":";
}

/// The function that is given the command, the word before and the word to complete.
std::string bash_argument(const CompletionTable& table) {
  std::string values, options, positionals;
  for (const CompletedCommand& command : table.commands) {
    options += fmt::format("    {}\\ -*) @@_words \"{}\" \"$3\" ;;\n", command.name,
                           spaced(option_words(command)));
    for (const CompletedOption& option : command.options) {
      if (option.is_flag) continue;
      values += fmt::format("    {}\\ {}) {} ; return ;;\n", command.name, option.name,
                            bash_completer(option.value));
    }
    for (const Completed& argument : command.arguments) {
      positionals += fmt::format("    {}\\ *) {} ;;\n", command.name, bash_completer(argument));
    }
  }
  return "@@_argument() {\n  case \"$1 $2\" in\n" + values + "  esac\n  case \"$1 $3\" in\n" +
         options + positionals + "  esac\n}\n";
}

std::string bash_value(const CompletionTable& table) {
  std::string cases;
  for (const auto& [key, values] : table.keys) {
    if (values.empty()) continue;
    cases += fmt::format("    {}) @@_words \"{}\" \"$2\" ;;\n", key, spaced(values));
  }
  return "@@_key_names=\"" + spaced(key_words(table)) + "\"\n\n@@_value() {\n  case $1 in\n" +
         cases + "  esac\n}\n";
}

}  // namespace

std::string bash_completion(const CompletionTable& table) {
  const std::string text =
      fmt::format("# bash completion for {0}:  source <({0} completion bash)\n", table.program) +
      bash_functions + "complete -F @@ " + table.program + "\n\n" + "@@_commands=\"" +
      spaced(first_words(table)) + "\"\n" + bash_value(table) + "\n" + bash_argument(table);
  return with_prefix(text, table);
}

}  // namespace heed
