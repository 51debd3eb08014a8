// The parameters of a new run from another model: `heed train --init`.
#pragma once

#include <optional>
#include <string>

#include "heed/examples/cli/model/model.h"
#include "heed/examples/cli/tasks/task_form.h"

namespace heed {

/// Parameters and what is known of their task.
struct InitialParameters {
  std::string path;  ///< for messages
  NamedTensors tensors;
  std::optional<TaskForm> form;  ///< none: nothing is known of its words
};

/// Reads a run directory, a checkpoint, or any file with heed's names or PyTorch's. Throws
/// ConfigError.
InitialParameters read_initial(const std::string& path);

/// Sets the parameters of a model, which is initialised, of the task `own`; rows that belong to
/// words go to the same words. Returns a line for the log. Throws ConfigError naming every tensor
/// that does not fit.
std::string initialise_from(Model& model, const TaskForm& own, InitialParameters initial);

}  // namespace heed
