// Command: a command of the program, whole in one file: its options, its page in the manual and
// what it does. Every file NAME.cpp in commands/ defines `Command NAME_command()`, and the build
// makes the list of them; a program of its own passes more to run_program.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "heed/examples/cli/commands/line/option.h"
#include "heed/framework/base/error.h"

namespace heed {

struct Registry;
struct Command;

/// The command line is wrong: exit code 2.
struct UsageError : TextError<UsageError> {
  using TextError::TextError;
};

/// What a command runs in.
struct Program {
  const Registry& registry;                 ///< what a configuration may name
  const std::vector<Command>& commands;     ///< in the order of `heed help`
  std::vector<std::string> command_line{};  ///< as typed
};

/// One call of a command.
struct Call {
  Options options;  ///< what it takes; their targets live as long as the call
  std::function<void(const Program&)> run;  ///< once the options have their values
};

/// The stage of a user's work, which orders the commands in `heed help`.
enum class Stage {
  prepare,  ///< before training: `init`, `validate`, `tasks` …
  train,    ///< makes or watches runs
  use,      ///< asks and measures a finished run
  analyse,  ///< looks into models and runs
  refer,    ///< tells of heed itself
};

/// Exit codes with their meaning.
using ExitStatus = std::vector<std::pair<std::string, std::string>>;
/// Of commands that train.
inline const ExitStatus trained_status{
    {"0", "done"},
    {"1", "runtime failure"},
    {"2", "bad input; nothing was written"},
    {"3", "diverged: the loss or a gradient was no longer finite"}};
/// For a command that reads and reports, and cannot fail halfway.
inline const ExitStatus done_or_bad_input{{"0", "done"},
                                          {"2", "bad input; nothing was done or written"}};

/// A command: how it is named, listed, explained and called.
struct Command {
  std::string name;     ///< as typed
  Stage stage;          ///< where `heed help` lists it
  std::string summary;  ///< a line of `heed help`
  /// Paragraphs, with an empty line between two. They are wrapped; a paragraph that begins with two
  /// spaces keeps its lines.
  std::string description;
  /// Exit codes and their meaning, for its page of the manual.
  ExitStatus exit_status{
      {"0", "done"}, {"1", "runtime failure"}, {"2", "bad input; nothing was done or written"}};
  /// Command lines, each with what it does.
  std::vector<std::pair<std::string, std::string>> examples;
  /// One more section of the page: its heading, and a function that makes its text.
  std::pair<std::string, std::function<std::string(const Registry&)>> appendix{};
  /// See calling().
  std::function<Call()> call;
};

/// Makes calls of a command: `options` says where the values go, `run` gets them.
template <class Arguments>
std::function<Call()> calling(Options (*options)(Arguments&),
                              void (*run)(const Program&, const Arguments&)) {
  return [=] {
    const auto arguments = std::make_shared<Arguments>();
    return Call{options(*arguments), [=](const Program& program) { run(program, *arguments); }};
  };
}

/// The same for a command without options.
inline std::function<Call()> calling(void (*run)(const Program&)) {
  return [=] { return Call{{}, run}; };
}

/// The commands that come with heed; the build writes the definition.
std::vector<Command> builtin_commands();

}  // namespace heed
