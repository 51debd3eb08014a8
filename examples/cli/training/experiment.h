// Experiment: a configuration turned into a task, a model and a trainer, all checked and in memory.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "heed/examples/cli/training/registry.h"
#include "heed/examples/cli/training/trainer.h"

namespace heed {

struct Experiment {
  Config config;
  TrainingConfig training;
  std::unique_ptr<Task> task;
  std::unique_ptr<Model> model;
  std::unique_ptr<Trainer> trainer;
};

/// Reads a configuration file with overrides and builds what it describes, but for the elements of
/// the model and of the optimizer: nothing of their size is allocated, see ShapesOnly. Throws
/// ConfigError for all that is wrong with it.
Experiment plan_experiment(const Registry& registry, const std::string& path,
                           const std::vector<std::string>& sets);

/// Where a configuration comes from.
struct ConfigSource {
  const std::string& path;               ///< for messages
  const std::vector<std::string>& sets;  ///< likewise
  const TaskForm* trained = nullptr;     ///< the task of the model to start from, if there is one
  Team& team = no_team();                ///< which trains it
};

/// The same for a configuration that is read; its warnings are not shown.
Experiment plan_experiment(const Registry& registry, Config config, const ConfigSource& source);

/// Reads a configuration file with overrides, builds what it describes and initialises the model;
/// writes nothing. `trained` is the task of the model to start from, if there is one. Throws
/// ConfigError for all that is wrong with it.
Experiment prepare_experiment(const Registry& registry, const std::string& path,
                              const std::vector<std::string>& sets,
                              const TaskForm* trained = nullptr, Team& team = no_team());

/// Builds what a configuration describes, with its warnings on stderr; the model's parameters are
/// still to be initialised or loaded. Throws ConfigError, also if training it takes more memory
/// than there is.
Experiment build_experiment(const Registry& registry, Config config, const ConfigSource& source);

/// The task of a configuration, with its data. Throws KeyError.
std::unique_ptr<Task> make_task(const Registry& registry, const Config& config,
                                const TrainingConfig& training, const TaskForm* trained = nullptr);
/// Whether its words are those of the model to start from.
bool keeps_words(const Config& config);

/// The name of the configured task.
std::string task_name(const Config& config);

}  // namespace heed
