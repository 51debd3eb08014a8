// `heed help`: the manual.
#include <algorithm>

#include "heed/examples/cli/commands/line/command_line.h"
#include "heed/examples/cli/commands/line/manual.h"
#include "heed/examples/cli/commands/line/manual_file.h"
#include "heed/examples/cli/config/suggest.h"
#include "heed/examples/cli/config/text.h"
#include "heed/examples/cli/runs/terminal.h"

namespace heed {
namespace {

struct HelpArguments {
  std::optional<std::string> command;
  std::string man;
};

Options help_options(HelpArguments& arguments) {
  return {Option::argument("COMMAND", &arguments.command, "the command; without it, the overview"),
          Option::value("--man", &arguments.man, "DIR",
                        "write the pages of all commands into DIR, as files for man(1)")};
}

void run_help(const Program& program, const HelpArguments& arguments) {
  if (!arguments.man.empty()) {
    if (arguments.command)
      throw UsageError("heed help: --man writes every page: leave COMMAND out");
    return write_manual(program, arguments.man);
  }
  if (!arguments.command) return write_result(program_page(program));
  const std::string& name = *arguments.command;
  const auto command = std::find_if(program.commands.begin(), program.commands.end(),
                                    [&](const Command& one) { return one.name == name; });
  if (command == program.commands.end()) {
    throw UsageError("heed help: unknown command: ", in_quotes(name),
                     suggestion(name, command_names(program.commands)));
  }
  write_result(manual_page(*command, program.registry));
}

}  // namespace

Command help_command() {
  return {.name = "help",
          .stage = Stage::refer,
          .summary = "show the manual page of a command",
          .description = "The same page that `heed COMMAND --help` shows.",
          .exit_status = done_or_bad_input,
          .examples = {{"heed help train", "help for `train`"},
                       {"heed help", "all commands"},
                       {"heed help --man ~/.local/share/man/man1", "then `man heed-train`"}},
          .call = calling(help_options, run_help)};
}

}  // namespace heed
