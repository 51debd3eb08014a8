// The task that a model was trained on, with its data: for what measures the model.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "heed/examples/cli/runs/trained_model.h"
#include "heed/examples/cli/training/experiment.h"

namespace heed {

struct TrainedTask {
  Config config;
  TrainingConfig training;
  std::unique_ptr<Task> task;
  std::vector<std::string> warnings;  ///< that its data is not what the run had
};

/// Opens the data of the task, whose configuration `sets` may change, and gives the stored model
/// that configuration and the task's form. Throws ConfigError if the data is not there, or if its
/// words have other numbers than those that the model has learned.
TrainedTask open_task(const Registry& registry, StoredModel& stored,
                      const std::vector<std::string>& sets);

/// Changes keys of the stored model's configuration that its parameters do not depend on. Data is
/// opened only if the task is among them, or if the model was written by an earlier version, which
/// did not keep its form.
void change_config(const Registry& registry, StoredModel& stored,
                   const std::vector<std::string>& sets);

}  // namespace heed
