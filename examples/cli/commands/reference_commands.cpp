#include "heed/examples/cli/commands/reference_commands.h"

#include <CLI/CLI.hpp>

#include "heed/examples/cli/commands/manual.h"
#include "heed/examples/cli/config/suggest.h"
#include "heed/examples/cli/config/text.h"

namespace heed {
namespace {

using Codes = std::vector<std::pair<std::string, std::string>>;
const Codes done_or_bad_input{{"0", "done"}, {"2", "bad input; nothing was done or written"}};

void add_schema(CLI::App& app, const Registry& registry, CommandArguments& arguments) {
  CLI::App* command = app.add_subcommand("schema", "print the JSON Schema of a configuration");
  command->add_flag("--markdown", arguments.markdown,
                    "prints a reference of all keys instead, which is docs/config.md");
  set_manual(
      *command,
      {.description =
           "Draft 2020-12, made from the table that configurations are read with: types, ranges, "
           "choices, defaults and help. An editor that is told of it completes keys and marks "
           "mistakes; a configuration tells by \"$schema\": \"schema.json\", as those in configs "
           "do. What only `heed validate` finds: a key given twice, 4.0 for an integer, and values "
           "that do not go together.",
       .exit_status = done_or_bad_input,
       .examples = {{"heed schema > schema.json", "writes the schema beside a configuration"},
                    {"heed schema --markdown | less", "reads about all keys"}}});
  command->callback([&] { schema_command(registry, arguments.markdown); });
}

void add_init(CLI::App& app, const Registry& registry, InitArguments& arguments) {
  CLI::App* command = app.add_subcommand("init", "write a configuration to start from");
  command->add_option("TASK", arguments.task, "one of those that `heed tasks` lists")->required();
  command->add_option("--out", arguments.out, "a new file to write to; default: stdout")
      ->type_name("FILE");
  set_manual(*command,
             {.description =
                  "The configuration learns the task as it stands. Each of its objects has an "
                  "\"about\" that says what the part is for and what each key does, for somebody "
                  "who is new to attention. A file that exists is never written over.",
              .examples = {{"heed init reverse --out mine.json", "writes mine.json"},
                           {"heed init text | less", "reads what a small language model needs"}}});
  command->callback([&] { init_command(registry, arguments); });
}

void add_help(CLI::App& app, std::string& name) {
  CLI::App* command = app.add_subcommand("help", "show the manual page of a command");
  command->add_option("COMMAND", name, "the command; without it, the page of the whole program");
  set_manual(*command, {.description = "The same page that `heed COMMAND --help` shows.",
                        .exit_status = done_or_bad_input,
                        .examples = {{"heed help train", "all about training"},
                                     {"heed help", "all commands"}}});
  command->callback([&app, &name, command] {
    if (command->get_option("COMMAND")->count() == 0) {
      return write_result(app.get_formatter()->make_help(&app, "", CLI::AppFormatMode::Normal));
    }
    for (const CLI::App* other : app.get_subcommands({})) {
      if (other->get_name() == name) return write_result(other->help());
    }
    throw UsageError("heed help: unknown command: " + in_quotes(name) +
                     suggestion(name, command_names(app)));
  });
}

void add_completion(CLI::App& app, const Registry& registry, std::string& shell) {
  CLI::App* command = app.add_subcommand("completion", "print a script that completes by <Tab>");
  command->add_option("SHELL", shell, "bash")->required()->check(CLI::IsMember({"bash"}));
  set_manual(
      *command,
      {.description = "Completes commands, options, tasks, files, and for --set the keys of a "
                      "configuration and their choices.",
       .exit_status = done_or_bad_input,
       .examples = {{"source <(heed completion bash)", "switches it on in this shell"},
                    {"heed completion bash > ~/.local/share/bash-completion/completions/heed",
                     "switches it on for good, where bash-completion is installed"}}});
  command->callback([&] { completion_command(app, registry); });
}

}  // namespace

void add_reference_commands(CLI::App& app, const Registry& registry, CommandArguments& arguments) {
  add_schema(app, registry, arguments);
  add_init(app, registry, arguments.init);
  add_help(app, arguments.command);
  add_completion(app, registry, arguments.shell);
}

}  // namespace heed
