#include <fmt/format.h>

#include "heed/examples/cli/commands/commands.h"
#include "heed/examples/cli/training/experiment.h"

namespace heed {

void validate_command(const Registry& registry, const ConfigArguments& arguments) {
  const Experiment experiment = prepare_experiment(registry, arguments.path, arguments.sets);
  const TaskShape shape = experiment.task->shape();
  write_result(
      fmt::format("{}: valid: task {} ({} symbols, length {}, {} held-out sequences), {} "
                  "parameters, {} steps\n",
                  arguments.path, task_name(experiment.config), shape.symbols, shape.length,
                  experiment.task->evaluation_size(), experiment.model->num_parameters(),
                  experiment.training.steps));
}

}  // namespace heed
