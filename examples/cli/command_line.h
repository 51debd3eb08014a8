// The command line: every command with its options.
#pragma once

#include <string>

#include "heed/examples/cli/commands/commands.h"
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
  std::string out;
  int threads = 0;
  GradcheckArguments gradcheck;
  TraceArguments trace;
  HeadsArguments heads;
};

/// Adds all commands to `app`; parsing then runs the one that is named. What they are given
/// outlives the parsing. Throws UsageError.
void add_commands(CLI::App& app, const Registry& registry, CommandArguments& arguments);

}  // namespace heed
