#include "heed/examples/cli/commands/training/run_training.h"

#include <fmt/format.h>

#include <memory>

#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/config/program_name.h"
#include "heed/examples/cli/inspect/heads/head_lab.h"
#include "heed/examples/cli/runs/evaluation_json.h"
#include "heed/examples/cli/runs/snapshot_folder.h"
#include "heed/examples/cli/runs/terminal.h"
#include "heed/examples/cli/snapshots/take_snapshot.h"
#include "heed/examples/cli/training/failure.h"
#include "heed/examples/cli/training/signals.h"
#include "heed/framework/base/parallel.h"
#include "heed/framework/base/text.h"
#include "heed/framework/io/io_error.h"

namespace heed {
namespace {

/// Writes what happens to the run directory, shows it, and stops at a signal.
class RunObserver final : public TrainingObserver {
 public:
  /// `report`: nullptr if none is kept.
  RunObserver(RunDirectory& directory, ProgressBar& progress, LiveReport* report,
              const Trainer& trainer)
      : directory_(directory),
        progress_(progress),
        report_(report),
        has_heads_(heed::has_heads(trainer.model())),
        slice_(snapshot_slice(trainer.model(), trainer.task(),
                              trainer.config().steps * trainer.config().batch_size,
                              trainer.config().snapshots)) {}

  void on_step(const StepReport& report) override {
    directory_.on_step(report);
    progress_.on_step(report);
  }
  void on_evaluation(int64_t step, const Evaluation& evaluation) override {
    directory_.on_evaluation(step, evaluation);
    progress_.on_evaluation(step, evaluation);
  }
  void on_checkpoint(const Trainer& trainer) override {
    directory_.check_place();
    // Whoever resumes there relies on those before it.
    SnapshotFolder(directory_.path()).sync(unsynced_);
    unsynced_.clear();
    directory_.on_checkpoint(trainer);
    if (report_ != nullptr) report_->update();
  }
  void on_snapshot(const Trainer& trainer) override {
    if (!has_heads_) return;
    const int64_t step = trainer.state().step;
    const Snapshot snapshot = take_snapshot(trainer.model(), trainer.task(), slice_, step);
    directory_.check_place();
    save_snapshot(directory_.path(), snapshot);
    unsynced_.push_back(step);
  }
  bool wants_stop() override { return SignalWatch::caught() != 0; }

 private:
  RunDirectory& directory_;
  ProgressBar& progress_;
  LiveReport* report_;
  bool has_heads_;
  SnapshotSlice slice_;
  std::vector<int64_t> unsynced_{};  // snapshots since the last checkpoint
};

/// "2 threads", or "3 ranks of 2 threads".
std::string processes_text(const Team& team) {
  const std::string threads = counted(num_threads(), "thread");
  return team.is_alone() ? threads : counted(team.size(), "rank") + " of " + threads;
}

void introduce(ProgressBar& progress, const Experiment& experiment, const std::string& directory) {
  for (const std::string& line : experiment.config.about()) progress.show(line);
  progress.show(fmt::format("{}: {}, {}, {}, writing to {}", task_name(experiment.config),
                            counted(experiment.model->num_parameters(), "parameter"),
                            counted(experiment.task->evaluation_size(), "held-out sequence"),
                            processes_text(experiment.trainer->team()), directory));
  for (const std::string& warning : experiment.task->warnings()) {
    progress.show("warning: " + warning);
  }
}

std::string run_line(const Experiment& experiment, const std::string& directory) {
  const TrainingState& state = experiment.trainer->state();
  const Evaluation& evaluation = *state.evaluation;
  JsonValue line = {
      {"task", task_name(experiment.config)}, {"steps", state.step}, {"seconds", state.seconds}};
  add_accuracy(line, evaluation);
  if (evaluation.training) {
    line.add("train_sequence_accuracy", evaluation.training->sequence_accuracy);
  }
  line.add("parameters", experiment.model->num_parameters())
      .add("seed", *experiment.training.seed)
      .add("run_dir", directory);
  return json_text(line);
}

std::string interruption_text(const TrainingState& state, const std::string& directory) {
  std::string text = fmt::format("interrupted after {}, {:.1f} seconds",
                                 counted(state.step, "step"), state.seconds);
  if (!state.evaluation) {
    text += ", before the first evaluation";
  } else {
    text += fmt::format(
        "; last evaluation: loss {:.4f}, token accuracy {:.4f}, sequence accuracy {:.4f}",
        state.evaluation->loss, state.evaluation->token_accuracy,
        state.evaluation->sequence_accuracy);
  }
  return text + fmt::format("; resume with: {} train --resume {}", program_name(), directory);
}

/// Writes the batch and adds its path to the message; if that fails, the divergence still matters
/// more.
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

void train_into(RunDirectory& directory, Experiment& experiment, ProgressBar& progress,
                LiveReport* report) {
  introduce(progress, experiment, directory.path());
  Trainer& trainer = *experiment.trainer;
  RunObserver observer(directory, progress, report, trainer);
  try {
    trainer.run(observer);
  } catch (const IoError&) {
    throw;  // the log may be what could not be written
  } catch (const DivergedError& error) {
    end_diverged(directory, trainer, error);
  } catch (const Error& error) {
    directory.add_log(error.what());
    throw;
  }
  const TrainingState& state = trainer.state();
  if (const int signal = SignalWatch::agreed(trainer.team()); signal != 0) {
    progress.show(interruption_text(state, directory.path()));
    directory.close();
    throw Interrupted(signal);
  }
  progress.show(
      "held-out examples, errors marked:\n" +
      example_predictions(*experiment.model, *experiment.task, state.evaluation->first_wrong));
  const std::string line = run_line(experiment, directory.path());
  directory.add_log(line);
  directory.end("finished", state.step);
  directory.close();
  write_result(line + "\n");
}

}  // namespace

ProgressBar progress_of(RunDirectory& directory, const Experiment& experiment) {
  return ProgressBar(*experiment.trainer,
                     [&](const std::string& line) { directory.add_log(line); });
}

void train_recorded(RunDirectory& directory, Experiment& experiment, ProgressBar& progress,
                    LiveReport* report) {
  const auto end = [&](const std::string& how) {
    try {
      directory.end(how, experiment.trainer->state().step);
    } catch (const Error&) {  // the failure itself matters more
    }
  };
  try {
    train_into(directory, experiment, progress, report);
  } catch (const Interrupted& interrupted) {
    end("interrupted by " + name_of_signal(interrupted.signal()));
    throw;
  } catch (const DivergedError& error) {
    end(std::string("diverged: ") + error.what());
    throw;
  } catch (const std::exception& error) {
    end(std::string("failed: ") + error.what());
    throw;
  }
}

}  // namespace heed
