// What several commands are given: a configuration, or a trained model.
#pragma once

#include <string>
#include <vector>

#include "heed/examples/cli/commands/line/command.h"
#include "heed/examples/cli/runs/trained_task.h"
#include "heed/examples/cli/training/experiment.h"

namespace heed {

/// A configuration as the command line names it.
struct ConfigArguments {
  std::string path;
  std::vector<std::string> sets;
};

/// The option --set, which may be repeated.
Option set_option(std::vector<std::string>& sets);
/// The argument CONFIG and --set, then `more`.
Options with_config(ConfigArguments& arguments, const Options& more = {});
Options config_options(ConfigArguments& arguments);
/// What the configuration describes. Throws ConfigError.
Experiment experiment_of(const Program& program, const ConfigArguments& arguments);

/// A trained model as the command line names it.
struct TrainedArguments {
  std::string path;  ///< a run directory or a checkpoint
  bool best = false;
  std::vector<std::string> sets;
};

/// The argument RUN, --best and --set, then `more`.
Options with_trained(TrainedArguments& arguments, const Options& more = {});
Options trained_options(TrainedArguments& arguments);
/// The model that is named, without its data.
TrainedModel load_named(const Program& program, const TrainedArguments& arguments);

/// A trained model and the task that measures it.
struct MeasuredModel {
  TrainedModel trained;
  TrainedTask data;
};
/// The same with the data of its task; warnings go to stderr.
MeasuredModel load_measured(const Program& program, const TrainedArguments& arguments);

}  // namespace heed
