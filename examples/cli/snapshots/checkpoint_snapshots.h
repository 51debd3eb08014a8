// Snapshots of the checkpoints that a run has kept: for runs that took none while they trained.
#pragma once

#include <string>
#include <vector>

#include "heed/examples/cli/snapshots/snapshot.h"
#include "heed/examples/cli/training/registry.h"

namespace heed {

/// One of each checkpoint whose model has heads, the earliest first. Needs the task's data. What
/// cannot be read is left out and added to `warnings`. Throws Interrupted once a signal came.
std::vector<Snapshot> checkpoint_snapshots(const Registry& registry, const std::string& run,
                                           std::vector<std::string>& warnings);

}  // namespace heed
