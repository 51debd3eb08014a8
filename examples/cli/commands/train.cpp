// `heed train`: trains into a run directory, a new one or one that is resumed.
#include <fmt/format.h>

#include <csignal>
#include <memory>

#include "heed/examples/cli/commands/line/arguments.h"
#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/config/listing.h"
#include "heed/examples/cli/config/program_name.h"
#include "heed/examples/cli/inspect/dry_run.h"
#include "heed/examples/cli/inspect/heads/head_lab.h"
#include "heed/examples/cli/report/live_report.h"
#include "heed/examples/cli/runs/evaluation_json.h"
#include "heed/examples/cli/runs/initialise.h"
#include "heed/examples/cli/runs/progress_bar.h"
#include "heed/examples/cli/runs/resume.h"
#include "heed/examples/cli/runs/snapshot_folder.h"
#include "heed/examples/cli/runs/terminal.h"
#include "heed/examples/cli/snapshots/take_snapshot.h"
#include "heed/examples/cli/training/failure.h"
#include "heed/examples/cli/training/signals.h"
#include "heed/framework/base/parallel.h"
#include "heed/framework/base/processors.h"
#include "heed/framework/base/text.h"
#include "heed/framework/io/io_error.h"

namespace heed {
namespace {

struct TrainArguments {
  std::optional<std::string> config;  // none if a run is resumed without one
  std::vector<std::string> sets;
  std::optional<std::string> out;     // the run directory; by default "runs/<task>-<n>"
  std::optional<std::string> resume;  // a run directory or a checkpoint
  std::optional<std::string> init;    // a file to take the parameters from
  bool dry_run = false;
  bool report = false;
};

Options train_options(TrainArguments& arguments) {
  return {
      Option::argument("CONFIG", &arguments.config, "a JSON file, such as configs/reverse.json"),
      set_option(arguments.sets),
      Option::value("--out", &arguments.out, "DIR",
                    "the run directory, which must not exist; default runs/<task>-<n>"),
      Option::value("--resume", &arguments.resume, "RUN_DIR|CHECKPOINT",
                    "resume a run, or one of its checkpoints, bit-identically; only --set, or a "
                    "CONFIG with more steps, changes its configuration"),
      Option::value("--init", &arguments.init, "FILE.safetensors|RUN_DIR|CHECKPOINT",
                    "take the parameters of a new run from a file, with heed's names or PyTorch's, "
                    "or from another run; rows of words go to the same words"),
      Option::flag(
          "--dry-run", &arguments.dry_run,
          "show parameters, memory, schedule, the first batch and one step; write nothing"),
      Option::flag(
          "--report", &arguments.report,
          "keep RUN_DIR/report.html current: at checkpoints and at the end; see `heed help "
          "report`"),
      Option::value(
          "--threads", [](int64_t count) { set_num_threads(static_cast<int>(count)); }, "N",
          "number of threads; does not affect the result; default: HEED_THREADS, or all "
          "available processors")
          .at_least(1)
          .at_most(most_threads)};
}

/// Which of the options go together.
void check_train(const TrainArguments& arguments) {
  if (arguments.resume && arguments.out) {
    throw UsageError("heed train: --out names a new run; --resume continues in the run's own ",
                     "directory");
  }
  if (arguments.resume && (arguments.init || arguments.dry_run)) {
    throw UsageError("heed train: --init and --dry-run are for a new run, not with --resume");
  }
  if (arguments.dry_run && arguments.report) {
    throw UsageError("heed train: --dry-run writes nothing; remove --report");
  }
  if (arguments.dry_run && arguments.out) {
    throw UsageError("heed train: --dry-run writes nothing; remove --out");
  }
  if (!arguments.resume && !arguments.config) {
    throw UsageError("heed train: CONFIG is required, or --resume");
  }
  if (arguments.config && arguments.config->empty()) {
    refuse("CONFIG", "the name of the configuration is empty");
  }
  if (arguments.out) check_is_free(*arguments.out);
}

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

ProgressBar progress_of(RunDirectory& directory, const Experiment& experiment) {
  return ProgressBar(*experiment.trainer,
                     [&](const std::string& line) { directory.add_log(line); });
}

void introduce(ProgressBar& progress, const Experiment& experiment, const std::string& directory) {
  for (const std::string& line : experiment.config.about()) progress.show(line);
  progress.show(fmt::format("{}: {}, {}, {}, writing to {}", task_name(experiment.config),
                            counted(experiment.model->num_parameters(), "parameter"),
                            counted(experiment.task->evaluation_size(), "held-out sequence"),
                            counted(num_threads(), "thread"), directory));
  for (const std::string& warning : experiment.task->warnings()) {
    progress.show("warning: " + warning);
  }
}

void show_resumed(ProgressBar& progress, const ResumedRun& run) {
  progress.show(
      fmt::format("resumed from {} after step {}", run.from, run.experiment.trainer->state().step));
  for (const ChangedKey& change : run.changes) {
    progress.show(
        fmt::format("changed: {} from {} to {}", change.path, change.before, change.after));
  }
  for (const std::string& warning : run.warnings) progress.show(warning);
}

/// A line of resumes.jsonl.
std::string resume_line(const ResumedRun& run) {
  std::vector<JsonValue> changes;
  for (const ChangedKey& change : run.changes) {
    changes.push_back({{"key", change.path}, {"from", change.before}, {"to", change.after}});
  }
  const Origin origin = this_origin();
  const JsonValue line = {{"step", run.experiment.trainer->state().step},
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

const char* name_of_signal(int signal) {
  return signal == SIGINT ? "SIGINT" : signal == SIGTERM ? "SIGTERM" : "SIGHUP";
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
  if (const int signal = SignalWatch::caught(); signal != 0) {
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

/// The same; run.json says how it fails, if it does.
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
    end(text_of("interrupted by ", name_of_signal(interrupted.signal())));
    throw;
  } catch (const DivergedError& error) {
    end(std::string("diverged: ") + error.what());
    throw;
  } catch (const std::exception& error) {
    end(std::string("failed: ") + error.what());
    throw;
  }
}

/// Lives longer than the run directory: while that is locked, the run counts as running.
std::unique_ptr<LiveReport> wanted_report(const Program& program, const TrainArguments& arguments) {
  if (!arguments.report) return nullptr;
  return std::make_unique<LiveReport>(program.registry, say);
}

void resume(const Program& program, const TrainArguments& arguments) {
  const auto report = wanted_report(program, arguments);
  ResumedRun run = resume_run(program.registry, *arguments.resume, arguments.config.value_or(""),
                              arguments.sets);
  run.directory.add_resume({.command = program.command_line,
                            .from = run.from,
                            .step = run.experiment.trainer->state().step},
                           resume_line(run));
  ProgressBar progress = progress_of(run.directory, run.experiment);
  show_resumed(progress, run);
  if (report) report->begin(run.directory.path());
  train_recorded(run.directory, run.experiment, progress, report.get());
}

void run_train(const Program& program, const TrainArguments& arguments) {
  check_train(arguments);
  const SignalWatch watch;
  std::signal(SIGPIPE, SIG_IGN);  // whoever reads stderr through a pipe may leave
  if (arguments.resume) return resume(program, arguments);
  std::optional<InitialParameters> initial;
  if (arguments.init) initial = read_initial(*arguments.init);
  Experiment experiment = prepare_experiment(program.registry, *arguments.config, arguments.sets,
                                             initial && initial->form ? &*initial->form : nullptr);
  SignalWatch::poll();  // reading data may take long
  std::string initialised;
  if (initial) {
    initialised =
        initialise_from(*experiment.model, form_of(task_name(experiment.config), *experiment.task),
                        *std::move(initial));
  }
  if (arguments.dry_run) {
    for (const std::string& warning : experiment.task->warnings()) say("warning: " + warning);
    return write_result(dry_run(*arguments.config, experiment));
  }
  // With parameters that its configuration does not give, a run has a checkpoint from the start.
  const bool begins_with_checkpoint =
      arguments.init.has_value() || experiment.training.checkpoint_at_start;
  const auto report = wanted_report(program, arguments);
  RunDirectory directory =
      RunDirectory::create(arguments.out, experiment, program.command_line,
                           begins_with_checkpoint ? experiment.trainer.get() : nullptr);
  ProgressBar progress = progress_of(directory, experiment);
  if (arguments.init) progress.show(initialised);
  if (report) report->begin(directory.path());
  train_recorded(directory, experiment, progress, report.get());
}

std::string keys_text(const Registry& registry) {
  return key_listing(registry.table()) +
         "\nKeys of individual tasks, attentions, optimizers and other choices: `heed tasks`.";
}

}  // namespace

Command train_command() {
  return {.name = "train",
          .stage = Stage::train,
          .summary = "train the model that a configuration describes",
          .description =
              "Writes config.json, run.json, metrics.jsonl, log.txt, checkpoints and, where a task "
              "has one, "
              "vocabulary.json to the run directory: see docs/runs.md. Progress goes to stderr; "
              "the last line on stdout is the result as JSON. SIGINT (Ctrl-C), SIGTERM and SIGHUP "
              "end a run between two steps, with a checkpoint; `heed train --resume` resumes it "
              "bit-identically.",
          .exit_status = trained_status,
          .examples = {{"heed train configs/reverse.json", "trains into runs/reverse-1"},
                       {"heed train configs/sort.json --set train.seed=3 --out runs/third",
                        "trains with another seed into runs/third"},
                       {"heed train --resume runs/third", "resumes an interrupted run"},
                       {"heed train --resume runs/third --set train.steps=2000",
                        "extends the run to 2000 steps"}},
          .appendix = {"KEYS OF CONFIG", keys_text},
          .call = calling(train_options, run_train)};
}

}  // namespace heed
