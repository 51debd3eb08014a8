#include <fmt/format.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "heed/examples/cli/commands/kept_commands.h"
#include "heed/examples/cli/config/json_line.h"
#include "heed/examples/cli/runs/progress.h"
#include "heed/examples/cli/runs/resume.h"
#include "heed/examples/cli/runs/run_directory.h"
#include "heed/examples/cli/training/experiment.h"
#include "heed/examples/cli/training/failure.h"
#include "heed/examples/cli/training/signals.h"
#include "heed/framework/base/parallel.h"
#include "heed/framework/io/io_error.h"

namespace heed {
namespace {

void introduce(Progress& progress, const Experiment& experiment, const std::string& directory) {
  for (const std::string& line : experiment.config.about()) progress.say(line);
  progress.say(fmt::format("{}: {} parameters, {} held-out sequences, {} threads, writing to {}",
                           task_name(experiment.config), experiment.model->num_parameters(),
                           experiment.task->evaluation_size(), num_threads(), directory));
}

void say_resumed(Progress& progress, const ResumedRun& run) {
  progress.say(
      fmt::format("resumed from {} after step {}", run.from, run.experiment.trainer->state().step));
  for (const ChangedKey& change : run.changes) {
    progress.say(
        fmt::format("changed: {} from {} to {}", change.path, change.before, change.after));
  }
  for (const std::string& warning : run.warnings) progress.say(warning);
}

/// What resumes.jsonl keeps.
std::string resume_line(const ResumedRun& run) {
  nlohmann::ordered_json changes = nlohmann::ordered_json::array();
  for (const ChangedKey& change : run.changes) {
    changes.push_back({{"key", change.path}, {"from", change.before}, {"to", change.after}});
  }
  const Origin origin = this_origin();
  const nlohmann::ordered_json line = {{"step", run.experiment.trainer->state().step},
                                       {"from", run.from},
                                       {"changes", changes},
                                       {"heed", origin.version},
                                       {"simd", origin.simd},
                                       {"blas", origin.blas},
                                       {"threads", num_threads()}};
  return json_text(line);
}

std::string run_line(const Experiment& experiment, const std::string& directory) {
  const TrainingState& state = experiment.trainer->state();
  const Evaluation& evaluation = *state.evaluation;
  nlohmann::ordered_json line = {{"task", task_name(experiment.config)},
                                 {"steps", state.step},
                                 {"seconds", state.seconds},
                                 {"loss", evaluation.loss},
                                 {"token_accuracy", evaluation.token_accuracy},
                                 {"sequence_accuracy", evaluation.sequence_accuracy}};
  if (evaluation.training) {
    line["train_sequence_accuracy"] = evaluation.training->sequence_accuracy;
  }
  line["parameters"] = experiment.model->num_parameters();
  line["seed"] = experiment.training.seed;
  line["run_dir"] = directory;
  return json_text(line);
}

std::string interruption_text(const TrainingState& state, const std::string& directory) {
  std::string text =
      fmt::format("interrupted after {} steps, {:.1f} seconds", state.step, state.seconds);
  if (!state.evaluation) {
    text += ", before the first evaluation";
  } else {
    text += fmt::format(
        "; last evaluation: loss {:.4f}, token accuracy {:.4f}, sequence accuracy {:.4f}",
        state.evaluation->loss, state.evaluation->token_accuracy,
        state.evaluation->sequence_accuracy);
  }
  return text + fmt::format("; go on with: heed train --resume {}", directory);
}

/// Keeps the batch and says where it is; that it could not be kept is the lesser trouble.
[[noreturn]] void end_diverged(RunDirectory& directory, const Trainer& trainer,
                               const DivergedError& error) {
  std::string message = error.what();
  try {
    message += "; the batch is in " + directory.add_diverged_batch(trainer, error.what());
    directory.add_log(message);
  } catch (const IoError& fault) {
    message += fmt::format("; {}", fault.what());
  }
  throw DivergedError(message);
}

void train_into(RunDirectory& directory, Experiment& experiment, Progress& progress) {
  introduce(progress, experiment, directory.path());
  Trainer& trainer = *experiment.trainer;
  try {
    trainer.run(progress);
  } catch (const IoError&) {
    throw;  // the log may be what could not be written
  } catch (const DivergedError& error) {
    end_diverged(directory, trainer, error);
  } catch (const Error& error) {
    directory.add_log(error.what());
    throw;
  }
  const TrainingState& state = trainer.state();
  if (const int signal = SignalWatch::caught(); signal != 0) {
    progress.say(interruption_text(state, directory.path()));
    directory.close();
    throw Interrupted(signal);
  }
  progress.say(
      "held-out examples, errors marked:\n" +
      example_predictions(*experiment.model, *experiment.task, state.evaluation->first_wrong));
  const std::string line = run_line(experiment, directory.path());
  directory.add_log(line);
  directory.close();
  write_result(line + "\n");
}

}  // namespace

void train_command(const Registry& registry, const TrainArguments& arguments) {
  const SignalWatch watch;
  std::signal(SIGPIPE, SIG_IGN);  // who watches stderr through a pipe may leave: the run goes on
  const ConfigArguments& config = arguments.config;
  if (arguments.resume) {
    ResumedRun run = resume_run(registry, *arguments.resume, config.path, config.sets);
    run.directory.add_resume(resume_line(run));
    Progress progress(run.directory, run.experiment.training.steps);
    say_resumed(progress, run);
    return train_into(run.directory, run.experiment, progress);
  }
  Experiment experiment = prepare_experiment(registry, config.path, config.sets);
  SignalWatch::poll();  // reading data may take long
  std::string initialised;
  if (arguments.init) initialised = initialise_from(*experiment.model, *arguments.init);
  if (arguments.dry_run) return dry_run(config.path, experiment);
  // With parameters that its configuration does not give, a run has a checkpoint from the start.
  RunDirectory directory =
      RunDirectory::create(arguments.out, experiment.config, experiment.task->vocabulary(),
                           arguments.init ? experiment.trainer.get() : nullptr);
  Progress progress(directory, experiment.training.steps);
  if (arguments.init) progress.say(initialised);
  train_into(directory, experiment, progress);
}

}  // namespace heed
