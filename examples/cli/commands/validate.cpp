// `heed validate`: checks a configuration and describes its model.
#include <fmt/format.h>

#include "heed/examples/cli/commands/line/arguments.h"
#include "heed/examples/cli/runs/terminal.h"
#include "heed/examples/cli/training/memory_estimate.h"
#include "heed/framework/base/available_memory.h"
#include "heed/framework/base/text.h"

namespace heed {
namespace {

/// That a trained model can be read, and what it is.
void describe_trained(const Program& program, const TrainedArguments& arguments) {
  const TrainedModel trained = load_named(program, arguments);
  const TaskShape& shape = trained.form.shape;
  write_result(
      fmt::format("{}: valid: a trained model of task {} ({} symbols, length {}), {} parameters, "
                  "after {} steps\n",
                  arguments.path, trained.form.task, shape.symbols, shape.length,
                  trained.model->num_parameters(), trained.step));
}

void run_validate(const Program& program, const TrainedArguments& arguments) {
  if (is_trained_model(arguments.path)) return describe_trained(program, arguments);
  if (arguments.best) refuse_best(arguments);
  const Experiment experiment = plan_experiment(program.registry, arguments.path, arguments.sets);
  const std::string fault = memory_fault(memory_estimate(*experiment.trainer), available_memory());
  if (!fault.empty()) say(arguments.path + ": note: " + fault);
  const TaskShape shape = experiment.task->shape();
  write_result(fmt::format("{}: valid: task {} ({}, length {}, {}), {}, {}\n", arguments.path,
                           task_name(experiment.config), counted(shape.symbols, "symbol"),
                           shape.length,
                           counted(experiment.task->evaluation_size(), "held-out sequence"),
                           counted(experiment.model->num_parameters(), "parameter"),
                           counted(experiment.training.steps, "step")));
}

}  // namespace

Command validate_command() {
  return {
      .name = "validate",
      .stage = Stage::prepare,
      .summary = "check a configuration without training",
      .description =
          "Parses the file as `heed train` does and builds the model. Reports every error with its "
          "line and column, or says in one line what the configuration describes. Of a trained "
          "model "
          "it reads every file that is needed to ask it.",
      .examples = {{"heed validate configs/reverse.json", "reports that it is valid"},
                   {"heed validate mine.json --set model.layers=3",
                    "checks it with one key changed"}},
      .call = calling(model_options, run_validate)};
}

}  // namespace heed
