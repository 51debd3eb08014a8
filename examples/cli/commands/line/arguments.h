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
  std::string path;  ///< a run directory, a checkpoint or an exported file
  bool best = false;
  std::vector<std::string> sets;
};

/// The argument RUN|FILE, --best and --set, then `more`.
Options with_trained(TrainedArguments& arguments, const Options& more = {});
Options trained_options(TrainedArguments& arguments);
/// The model that is named, without its data.
TrainedModel load_named(const Program& program, const TrainedArguments& arguments);

/// A model as an analysis wants it: of a configuration, untrained, or a trained one.
struct NamedModel {
  std::string name;
  std::unique_ptr<Model> model;
  TaskForm form;
  uint64_t seed;  ///< of the random streams in training
};
/// The argument CONFIG|RUN|FILE, --best and --set, then `more`.
Options with_model(TrainedArguments& arguments, const Options& more = {});
Options model_options(TrainedArguments& arguments);
/// Throws ConfigError: --best was given with a configuration.
[[noreturn]] void refuse_best(const TrainedArguments& arguments);
/// The model that is named. Only that of a configuration needs the data of its task.
NamedModel named_model(const Program& program, const TrainedArguments& arguments);

/// --minutes, for analyses that may take long: see LongWork.
inline constexpr int64_t usual_minutes = 10;
Option minutes_option(int64_t& minutes);

/// A trained model and the task that measures it.
struct MeasuredModel {
  TrainedModel trained;
  TrainedTask data;
};
/// The same with the data of its task; warnings go to stderr.
MeasuredModel load_measured(const Program& program, const TrainedArguments& arguments);

}  // namespace heed
