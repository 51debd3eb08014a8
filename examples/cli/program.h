// The program `heed` as a library: a project of your own calls run_program with what it adds.
#pragma once

#include "heed/examples/cli/training/registry.h"

namespace heed {

/// Runs the command line and returns the exit code: 0 done, 1 a failure at run time, 2 bad input,
/// 3 diverged. Dies by SIGINT or SIGTERM if one of them ended the training.
int run_program(int argc, const char* const* argv, const Registry& registry = builtin_registry());

}  // namespace heed
