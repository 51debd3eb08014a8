#include <fmt/format.h>

#include "heed/examples/cli/commands/line/completion.h"

namespace heed {
namespace {

/// Text in single quotes.
std::string fish_quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

/// The options of `complete` for a value.
std::string fish_completer(const Completed& completed) {
  switch (completed.kind) {
    case Completed::Kind::words:
      return "-x -a " + fish_quoted(spaced(completed.words));
    case Completed::Kind::configs:
      return "-x -a '(@@_configs)'";
    case Completed::Kind::paths:
      return "-r -F";
    case Completed::Kind::keys:
      return "-x -a '(@@_keys)'";
    case Completed::Kind::anything:
      break;
  }
  return "-x";
}

constexpr const char* fish_functions = R"script(function @@_command
  set -l words (commandline -opc)
  test (count $words) -gt 1
  and test $words[2] = $argv[1]
end

function @@_configs
  set -l word (commandline -ct)
  for path in "$word"*.json "$word"*/
    echo $path
  end
end

)script";

/// The first clause of a help text.
std::string fish_description(const std::string& help) {
  return fish_quoted(help.substr(0, help.find(';')));
}

std::string fish_keys(const CompletionTable& table) {
  std::string cases;
  for (const auto& [key, values] : table.keys) {
    if (values.empty()) continue;
    cases += fmt::format("    case '{0}=*'\n      printf '%s\\n' {0}={1}\n", key,
                         fmt::join(values, " " + key + "="));
  }
  return "function @@_keys\n  switch (commandline -ct | string replace -r '^--set=' '')\n" + cases +
         "    case '*=*'\n    case '*'\n      printf '%s=\\n' " + spaced(key_words(table)) +
         "\n  end\nend\n";
}

}  // namespace

std::string fish_completion(const CompletionTable& table) {
  const std::string head = "complete -c " + table.program;
  std::string text =
      fmt::format("# fish completion for {0}:  {0} completion fish | source\n", table.program) +
      fish_functions + fish_keys(table) + head + " -f\n";
  const std::string first = head + " -n 'test (count (commandline -opc)) -eq 1' ";
  text += first + "-l help -d 'show the commands'\n" + first + "-l version -d 'show the version'\n";
  for (const CompletedCommand& command : table.commands) {
    text += first + "-a " + command.name + " -d " + fish_quoted(command.summary) + "\n";
    const std::string of_command = head + " -n '@@_command " + command.name + "' ";
    for (const CompletedOption& option : command.options) {
      text += of_command + "-l " + option.name.substr(2) +
              (option.is_flag ? "" : " " + fish_completer(option.value)) + " -d " +
              fish_description(option.help) + "\n";
    }
    for (const Completed& argument : command.arguments) {
      if (argument.kind == Completed::Kind::anything) continue;
      text += of_command + fish_completer(argument) + "\n";
    }
  }
  return with_prefix(text, table);
}

}  // namespace heed
