#include <fmt/format.h>

#include "heed/examples/cli/commands/line/completion.h"

namespace heed {
namespace {

/// What does not depend on the commands; "@@" is the prefix of the functions.
constexpr const char* zsh_functions = R"script(
@@_keys() {
  if compset -P '*='; then
    @@_value "${IPREFIX%=}"
  else
    compadd -S '' -- ${^@@_key_names}=
  fi
}

@@() {
  local word=$words[CURRENT] before=$words[CURRENT-1]
  if (( CURRENT == 2 )); then
    compadd -- $@@_commands
  else
    @@_argument "$words[2]" "$before" "$word"
  fi
}

)script";

std::string zsh_completer(const Completed& completed) {
  switch (completed.kind) {
    case Completed::Kind::words:
      return "compadd -- " + spaced(completed.words);
    case Completed::Kind::configs:
      return "_files -g '*.json'";
    case Completed::Kind::paths:
      return "_files";
    case Completed::Kind::keys:
      return "@@_keys";
    case Completed::Kind::anything:
      break;
  }
  return ":";
}

/// The function that is given the command, the word before and the word to complete.
std::string zsh_argument(const CompletionTable& table) {
  std::string values, options, positionals;
  for (const CompletedCommand& command : table.commands) {
    options +=
        fmt::format("    '{} '-*) compadd -- {} ;;\n", command.name, spaced(option_words(command)));
    for (const CompletedOption& option : command.options) {
      if (option.is_flag) continue;
      values += fmt::format("    '{} {}') {}; return ;;\n", command.name, option.name,
                            zsh_completer(option.value));
    }
    for (const Completed& argument : command.arguments) {
      positionals += fmt::format("    '{} '*) {} ;;\n", command.name, zsh_completer(argument));
    }
  }
  return "@@_argument() {\n  case \"$1 $2\" in\n" + values + "  esac\n  case \"$1 $3\" in\n" +
         options + positionals + "  esac\n}\n";
}

std::string zsh_value(const CompletionTable& table) {
  std::string cases;
  for (const auto& [key, values] : table.keys) {
    if (values.empty()) continue;
    cases += fmt::format("    {}) compadd -- {} ;;\n", key, spaced(values));
  }
  return "@@_value() {\n  case \"$1\" in\n" + cases + "  esac\n}\n";
}

}  // namespace

std::string zsh_completion(const CompletionTable& table) {
  const std::string text =
      fmt::format(
          "#compdef {0}\n# zsh completion for {0}:  source <({0} completion zsh)\n\n"
          "typeset -ga @@_commands @@_key_names\n@@_commands=({1})\n@@_key_names=({2})\n",
          table.program, spaced(first_words(table)), spaced(key_words(table))) +
      zsh_functions + zsh_argument(table) + "\n" + zsh_value(table) +
      "\nif [[ $funcstack[1] == @@ ]]; then\n  @@ $argv\nelse\n  compdef @@ " + table.program +
      "\nfi\n";
  return with_prefix(text, table);
}

}  // namespace heed
