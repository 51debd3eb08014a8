#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "heed/examples/cli/commands/commands.h"
#include "heed/examples/cli/experiment.h"
#include "heed/examples/cli/failure.h"
#include "heed/examples/cli/progress.h"
#include "heed/examples/cli/run_directory.h"
#include "heed/examples/cli/signals.h"
#include "heed/framework/base/parallel.h"

namespace heed {
namespace {

void introduce(Progress& progress, const Experiment& experiment, const std::string& directory) {
  for (const std::string& line : experiment.config.about()) progress.say(line);
  progress.say(fmt::format("{}: {} parameters, {} held-out sequences, {} threads, writing to {}",
                           task_name(experiment.config), experiment.model->num_parameters(),
                           experiment.task->evaluation_size(), num_threads(), directory));
}

std::string result_line(const Experiment& experiment, const TrainingResult& result,
                        const std::string& directory) {
  const Evaluation& evaluation = *result.evaluation;
  nlohmann::ordered_json line = {{"task", task_name(experiment.config)},
                                 {"steps", result.steps},
                                 {"seconds", result.seconds},
                                 {"loss", evaluation.loss},
                                 {"token_accuracy", evaluation.token_accuracy},
                                 {"sequence_accuracy", evaluation.sequence_accuracy}};
  if (evaluation.training) {
    line["train_sequence_accuracy"] = evaluation.training->sequence_accuracy;
  }
  line["parameters"] = experiment.model->num_parameters();
  line["seed"] = experiment.training.seed;
  line["run_dir"] = directory;
  return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string interruption_text(const TrainingResult& result) {
  std::string text =
      fmt::format("interrupted after {} steps, {:.1f} seconds", result.steps, result.seconds);
  if (!result.evaluation) return text + ", before the first evaluation";
  return text + fmt::format(
                    "; last evaluation: loss {:.4f}, token accuracy {:.4f}, sequence "
                    "accuracy {:.4f}",
                    result.evaluation->loss, result.evaluation->token_accuracy,
                    result.evaluation->sequence_accuracy);
}

void train_into(RunDirectory& directory, Experiment& experiment) {
  const SignalWatch watch;
  Progress progress(directory, experiment.training.steps);
  introduce(progress, experiment, directory.path());
  TrainingResult result;
  try {
    result = experiment.trainer->run(progress);
  } catch (const RunError&) {
    throw;  // the log may be what could not be written
  } catch (const Error& error) {
    directory.add_log(error.what());
    throw;
  }
  if (const int signal = SignalWatch::caught(); signal != 0) {
    progress.say(interruption_text(result));
    directory.close();
    throw Interrupted(signal);
  }
  progress.say(
      "held-out examples, errors marked:\n" +
      example_predictions(*experiment.model, *experiment.task, result.evaluation->first_wrong));
  const std::string line = result_line(experiment, result, directory.path());
  directory.add_log(line);
  directory.close();
  write_result(line + "\n");
}

}  // namespace

void train_command(const Registry& registry, const ConfigArguments& arguments,
                   const std::optional<std::string>& out) {
  Experiment experiment = prepare_experiment(registry, arguments.path, arguments.sets);
  RunDirectory directory(out, experiment.config, experiment.task->vocabulary());
  train_into(directory, experiment);
}

}  // namespace heed
