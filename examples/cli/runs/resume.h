// Resuming a run, and loading the model of one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "heed/examples/cli/runs/checkpoint.h"
#include "heed/examples/cli/runs/run_directory.h"
#include "heed/examples/cli/training/experiment.h"

namespace heed {

/// A key that --set changes in a resumed run.
struct ChangedKey {
  std::string path;
  std::string before;  ///< as JSON
  std::string after;
};

/// A run, ready to continue where it was.
struct ResumedRun {
  RunDirectory directory;
  Experiment experiment;
  std::string from;  ///< the checkpoint, or the run directory if it has none
  std::vector<ChangedKey> changes;
  std::vector<std::string> warnings;  ///< what keeps the bits from being those of an unbroken run
};

/// Locks a run directory, or that of a checkpoint, and puts training back to the newest checkpoint,
/// or that one; a run that has none starts over. Later metrics are cut, later checkpoints set
/// aside. Keys change only by `sets`; `config_path`, if not empty, must agree with the run in all
/// but train.steps. Throws ConfigError for what cannot be resumed so, having changed nothing, and
/// IoError.
ResumedRun resume_run(const Registry& registry, const std::string& path,
                      const std::string& config_path, const std::vector<std::string>& sets);

/// Which checkpoint of a run is meant.
enum class WhichCheckpoint { newest, best };

/// A trained model with its task.
struct TrainedModel {
  Experiment experiment;
  std::string checkpoint;
  int64_t step;
  std::vector<std::string> warnings;  ///< that its data is not what the run had
};

/// Reads the model of a run directory or of a checkpoint, without writing anything. `sets` change
/// keys that the parameters do not depend on. Throws ConfigError if there is no such
/// checkpoint, if the parameters do not fit the configuration, or if the task's words have other
/// numbers than in the run; IoError if a file is damaged.
TrainedModel load_trained(const Registry& registry, const std::string& path,
                          WhichCheckpoint which = WhichCheckpoint::newest,
                          const std::vector<std::string>& sets = {});

}  // namespace heed
