// The program `heed` as a library: your own program calls run_program with what it adds.
#pragma once

#include <functional>
#include <vector>

#include "heed/examples/cli/commands/line/command.h"
#include "heed/examples/cli/training/registry.h"

namespace heed {

/// Runs the command line and returns the exit code: 0 done, 1 a failure at run time, 2 bad input,
/// 3 diverged. Dies by SIGINT or SIGTERM if one of them ended the training. `commands` are added to
/// those of heed; one with the name of another takes its place. Help and messages call the program
/// by its own name, the last part of argv[0].
int run_program(int argc, const char* const* argv, const Registry& registry = builtin_registry(),
                const std::vector<Command>& commands = {});
/// The same with the parts of heed and those that `add` adds. What `add` throws is reported like
/// every other failure: a name that is taken is one line, not an abort.
int run_program(int argc, const char* const* argv, const std::function<void(Registry&)>& add,
                const std::vector<Command>& commands = {});

}  // namespace heed
