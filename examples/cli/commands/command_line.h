// The command line: every command with its options.
#pragma once

#include <string>
#include <vector>

#include "heed/examples/cli/commands/commands.h"
#include "heed/examples/cli/commands/kept_commands.h"
#include "heed/framework/base/error.h"

namespace CLI {
class App;
}

namespace heed {

/// The command line is wrong: exit code 2.
class UsageError : public Error {
 public:
  using Error::Error;
};

/// What the options fill in.
struct CommandArguments {
  ConfigArguments config;
  TrainArguments train;
  GradcheckArguments gradcheck;
  TraceArguments trace;
  HeadsArguments heads;
  InitArguments init;
  bool markdown = false;  ///< of schema
  std::string command;    ///< of help
  std::string shell;      ///< of completion
  KeptArguments kept;
};

/// Adds all commands to `app`; parsing then runs the one that is named. What they are given
/// outlives the parsing. Throws UsageError.
void add_commands(CLI::App& app, const Registry& registry, CommandArguments& arguments);

/// The commands that read what a run has kept, and `graph`; likewise.
void add_kept_commands(CLI::App& app, const Registry& registry, KeptArguments& arguments);

/// The option --set, may be repeated.
void add_set_option(CLI::App& command, std::vector<std::string>& sets);
/// The argument CONFIG and --set.
void add_config_options(CLI::App& command, ConfigArguments& arguments);
/// 0: as HEED_THREADS says, or all processors. Throws UsageError if it says nonsense.
void choose_threads(int count);

}  // namespace heed
