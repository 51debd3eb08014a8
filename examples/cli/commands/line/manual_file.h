// The manual as files for man(1).
#pragma once

#include <string>

#include "heed/examples/cli/commands/line/command.h"

namespace heed {

/// Writes heed.1, and heed-train.1 and so on for each command, into `folder`, under the program's
/// own name. Throws IoError.
void write_manual(const Program& program, const std::string& folder);

}  // namespace heed
