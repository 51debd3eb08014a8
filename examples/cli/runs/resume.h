// Resuming a run.
#pragma once

#include <string>
#include <vector>

#include "heed/examples/cli/runs/checkpoint.h"
#include "heed/examples/cli/runs/config_changes.h"
#include "heed/examples/cli/runs/run_directory.h"
#include "heed/examples/cli/training/experiment.h"

namespace heed {

/// A run, ready to continue where it was.
struct ResumedRun {
  RunDirectory directory;
  Experiment experiment;
  std::string from;  ///< the checkpoint, or the run directory if it has none
  std::vector<ChangedKey> changes;
  std::vector<std::string> warnings;  ///< what keeps the run from being an unbroken one
};

/// Locks a run directory, or that of a checkpoint, and puts training back to the newest checkpoint,
/// or that one; a run that has none starts over. Later metrics are cut, later snapshots removed,
/// later checkpoints set aside. Keys change only by `sets`; `config_path`, if not empty, must agree
/// with the run in all but train.steps. Where the data is other than at the checkpoint, which only
/// `sets` can choose, what was measured on the held-out sequences is forgotten. Throws ConfigError
/// for what cannot be resumed so, having changed nothing, and IoError.
ResumedRun resume_run(const Registry& registry, const std::string& path,
                      const std::string& config_path, const std::vector<std::string>& sets,
                      Team& team = no_team());

}  // namespace heed
