// The dry run: `heed train --dry-run`.
#pragma once

#include <string>

#include "heed/examples/cli/training/experiment.h"

namespace heed {

/// What a run would be, from its first step: parameters, memory, schedule, first batch. Writes no
/// files. `path`: of the configuration.
std::string dry_run(const std::string& path, const Experiment& experiment);

}  // namespace heed
