// `heed completion`: a script that completes commands, options, tasks, keys and files.
#include "heed/examples/cli/commands/line/completion.h"

#include "heed/examples/cli/runs/terminal.h"

namespace heed {
namespace {

struct CompletionArguments {
  std::string shell;
};

Options completion_options(CompletionArguments& arguments) {
  return {Option::argument("SHELL", &arguments.shell, "bash, zsh or fish")
              .one_of({"bash", "zsh", "fish"})};
}

void run_completion(const Program& program, const CompletionArguments& arguments) {
  const CompletionTable table = completion_table(program);
  if (arguments.shell == "bash") return write_result(bash_completion(table));
  write_result(arguments.shell == "zsh" ? zsh_completion(table) : fish_completion(table));
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
          .examples = {{"source <(heed completion bash)", "enables it in this shell; zsh likewise"},
                       {"heed completion bash > "
                        "~/.local/share/bash-completion/completions/heed",
                        "enables it permanently, where bash-completion is installed"},
                       {"heed completion zsh > ~/.zfunc/_heed",
                        "the same for zsh, where ~/.zfunc is in its fpath"},
                       {"heed completion fish > ~/.config/fish/completions/heed.fish",
                        "the same for fish"}},
          .call = calling(completion_options, run_completion)};
}

}  // namespace heed
