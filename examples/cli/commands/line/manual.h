// The manual: what `heed help COMMAND` and `heed COMMAND --help` print, at most 80 columns wide.
#pragma once

#include <string>

#include "heed/examples/cli/commands/line/command.h"

namespace heed {

/// The page of a command.
std::string manual_page(const Command& command, const Registry& registry);

/// The page of the whole program.
std::string program_page(const Program& program);

}  // namespace heed
