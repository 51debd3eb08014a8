// What there is of a planned run on the disk.
#pragma once

#include <string>

#include "heed/examples/cli/config/table.h"
#include "heed/examples/cli/sweep/sweep_plan.h"

namespace heed {

enum class PlannedState { absent, unfinished, finished, diverged };

/// A word for people: "new", "to be resumed", "finished", "diverged".
std::string text_of_state(PlannedState state);

/// Of the run directory `path`. Throws IoError if its run.json is damaged, and RunError if its
/// configuration is not what the plan says: somebody has changed it since.
PlannedState state_of_run(const ConfigTable& table, const std::string& path, const PlannedRun& run);

}  // namespace heed
