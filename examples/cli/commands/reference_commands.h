// The commands that tell about the program and its configurations: schema, init, help,
// completion.
#pragma once

#include "heed/examples/cli/commands/command_line.h"

namespace heed {

/// Adds them to `app`, whose other commands may still follow.
void add_reference_commands(CLI::App& app, const Registry& registry, CommandArguments& arguments);

}  // namespace heed
