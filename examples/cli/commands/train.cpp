// `heed train`: trains into a run directory, a new one or one that is resumed.
#include <fmt/format.h>

#include <csignal>
#include <cstdlib>
#include <memory>

#include "heed/examples/cli/commands/line/arguments.h"
#include "heed/examples/cli/commands/training/ranks.h"
#include "heed/examples/cli/commands/training/run_training.h"
#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/config/listing.h"
#include "heed/examples/cli/inspect/dry_run.h"
#include "heed/examples/cli/ranks/job.h"
#include "heed/examples/cli/ranks/launched_rank.h"
#include "heed/examples/cli/runs/initialise.h"
#include "heed/examples/cli/runs/resume.h"
#include "heed/examples/cli/runs/terminal.h"
#include "heed/examples/cli/training/signals.h"
#include "heed/framework/base/parallel.h"
#include "heed/framework/base/processors.h"

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
  std::optional<int64_t> threads;
  int64_t rank_timeout = 600;
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
      Option::value("--threads", &arguments.threads, "N",
                    "number of threads; does not affect the result; default: HEED_THREADS, or all "
                    "available processors, which the ranks of a machine share")
          .at_least(1)
          .at_most(most_threads),
      Option::value("--rank-timeout", &arguments.rank_timeout, "SECONDS",
                    "of several ranks, one that makes no progress for so long ends the training; "
                    "default 600; see `heed help launch`")
          .at_least(1)};
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

/// Lives longer than the run directory: while that is locked, the run counts as running.
std::unique_ptr<LiveReport> wanted_report(const Program& program, const TrainArguments& arguments) {
  if (!arguments.report) return nullptr;
  return std::make_unique<LiveReport>(program.registry, say);
}

void resume(const Program& program, const TrainArguments& arguments, Team& team) {
  const auto report = wanted_report(program, arguments);
  ResumedRun run = resume_run(program.registry, *arguments.resume, arguments.config.value_or(""),
                              arguments.sets, team);
  run.directory.add_resume({.command = program.command_line,
                            .from = run.from,
                            .step = run.experiment.trainer->state().step,
                            .ranks = team.size()},
                           resume_line(run));
  ProgressBar progress = progress_of(run.directory, run.experiment);
  show_resumed(progress, run);
  if (report) report->begin(run.directory.path());
  lead_ranks(run.experiment);
  train_recorded(run.directory, run.experiment, progress, report.get());
}

void train_new(const Program& program, const TrainArguments& arguments, Team& team) {
  if (arguments.out) check_run_is_free(*arguments.out);
  std::optional<InitialParameters> initial;
  if (arguments.init) initial = read_initial(*arguments.init);
  Experiment experiment =
      prepare_experiment(program.registry, *arguments.config, arguments.sets,
                         initial && initial->form ? &*initial->form : nullptr, team);
  SignalWatch::poll();  // reading data may take long
  std::string initialised;
  if (initial) {
    initialised =
        initialise_from(*experiment.model, form_of(task_name(experiment.config), *experiment.task),
                        *std::move(initial));
  }
  lead_ranks(experiment);
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

/// On a rank other than 0.
void follow(const Program& program, const TrainArguments& arguments, Team& team) {
  const Experiment experiment = follow_rank_0(program.registry, team);
  if (arguments.dry_run) {
    dry_run("", experiment);
  } else {
    train_along(experiment);
  }
}

void run_train(const Program& program, const TrainArguments& arguments) {
  check_train(arguments);
  if (arguments.threads) set_num_threads(static_cast<int>(*arguments.threads));
  const bool is_rank = launched_rank().has_value();
  const SignalWatch watch(is_rank ? SignalWatch::Repeats::kill_after_two_seconds
                                  : SignalWatch::Repeats::kill);
  std::signal(SIGPIPE, SIG_IGN);  // whoever reads stderr through a pipe may leave
  const std::string warning = launch_warning([](const char* name) { return std::getenv(name); });
  if (!warning.empty()) say(warning);
  const bool has_threads = arguments.threads || std::getenv("HEED_THREADS") != nullptr;
  Team& team = join_job({.rank_timeout = static_cast<double>(arguments.rank_timeout),
                         .divides_processors = !has_threads,
                         .say = say});
  together([&] {
    if (!team.leads()) {
      follow(program, arguments, team);
    } else if (arguments.resume) {
      resume(program, arguments, team);
    } else {
      train_new(program, arguments, team);
    }
  });
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
