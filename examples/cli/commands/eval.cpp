#include <cstdio>
#include <nlohmann/json.hpp>

#include "heed/examples/cli/commands/kept_commands.h"
#include "heed/examples/cli/config/json_line.h"

namespace heed {

TrainedModel load_named(const Registry& registry, const TrainedArguments& arguments) {
  const auto which = arguments.best ? WhichCheckpoint::best : WhichCheckpoint::newest;
  TrainedModel trained = load_trained(registry, arguments.path, which, arguments.sets);
  for (const std::string& warning : trained.warnings) {
    std::fputs((arguments.path + ": " + warning + "\n").c_str(), stderr);
  }
  return trained;
}

void eval_command(const Registry& registry, const TrainedArguments& arguments) {
  const TrainedModel trained = load_named(registry, arguments);
  const Experiment& experiment = trained.experiment;
  const Evaluation evaluation =
      evaluate(*experiment.model, *experiment.task, experiment.training.batch_size);
  const std::string examples =
      example_predictions(*experiment.model, *experiment.task, evaluation.first_wrong);
  std::fputs(("held-out examples, errors marked:\n" + examples + "\n").c_str(), stderr);
  nlohmann::ordered_json line = {{"task", task_name(experiment.config)},
                                 {"checkpoint", trained.checkpoint},
                                 {"step", trained.step},
                                 {"sequences", experiment.task->evaluation_size()},
                                 {"loss", evaluation.loss},
                                 {"token_accuracy", evaluation.token_accuracy},
                                 {"sequence_accuracy", evaluation.sequence_accuracy}};
  add_training_set(line, evaluation);
  write_result(json_line(line));
}

}  // namespace heed
