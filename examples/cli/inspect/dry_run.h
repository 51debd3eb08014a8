// The dry run: `heed train --dry-run`.
#pragma once

#include <string>

#include "heed/examples/cli/training/experiment.h"

namespace heed {

/// What a run would be, from its first step: parameters, memory, schedule, first batch. Writes no
/// files. `path`: of the configuration. Collective, if the trainer is in a team: the memory of each
/// rank is shown.
std::string dry_run(const std::string& path, const Experiment& experiment);

}  // namespace heed
