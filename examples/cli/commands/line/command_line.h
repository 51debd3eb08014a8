// The command line: parsing it and running the command that it names.
#pragma once

#include "heed/examples/cli/commands/line/command.h"

namespace heed {

/// Parses the arguments and runs the command that they name. Throws UsageError if they are wrong,
/// and what the command throws.
void run_command_line(const Program& program, int argc, const char* const* argv);

std::vector<std::string> command_names(const std::vector<Command>& commands);
/// The names of a command's options, such as "--set"; "--help" is among them.
std::vector<std::string> option_names(const Options& options);

}  // namespace heed
