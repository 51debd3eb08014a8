// `heed sweep`: trains a configuration with every combination of some values, and several seeds.
#include <algorithm>
#include <cstdlib>
#include <exception>
#include <set>

#include "heed/examples/cli/commands/line/arguments.h"
#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/config/paths.h"
#include "heed/examples/cli/inspect/table.h"
#include "heed/examples/cli/runs/run_summary.h"
#include "heed/examples/cli/runs/terminal.h"
#include "heed/examples/cli/sweep/planned_state.h"
#include "heed/examples/cli/sweep/sweep_directory.h"
#include "heed/examples/cli/sweep/sweep_runner.h"
#include "heed/examples/cli/sweep/sweep_table.h"
#include "heed/examples/cli/training/failure.h"
#include "heed/examples/cli/training/signals.h"
#include "heed/framework/base/parallel.h"
#include "heed/framework/base/processors.h"
#include "heed/framework/base/text.h"
#include "heed/framework/io/folder.h"

namespace heed {
namespace {

struct SweepArguments {
  std::string config;
  std::vector<std::string> sets;
  std::optional<std::string> out;
  std::optional<int64_t> seeds, sample;
  int64_t shuffle_seed = 0, jobs = 1;
  std::optional<int64_t> threads;
  bool stop_on_failure = false, dry_run = false;
  bool csv = false, json = false, markdown = false;
};

Options sweep_options(SweepArguments& arguments) {
  return {
      Option::argument("CONFIG", &arguments.config, "a JSON file, such as configs/reverse.json"),
      Option::value("--set", &arguments.sets, "PATH=VALUE,…",
                    "the values of one key, for example --set train.lr=1e-3,3e-3 or "
                    "--set model.attention.heads=1..4; may be repeated: every combination is a "
                    "setting. Commas inside of a JSON string, list or object do not count"),
      Option::value("--seeds", &arguments.seeds, "N",
                    "train each setting N times, with train.seed of CONFIG and the N-1 numbers "
                    "after it; default 1. --set train.seed=3,5 lists them")
          .at_least(1),
      Option::value("--out", &arguments.out, "DIR",
                    "the directory of the sweep; if it is there, the sweep in it is resumed"),
      Option::value("--jobs", &arguments.jobs, "N",
                    "train N runs at a time; default 1. The processors are divided among them")
          .at_least(1)
          .at_most(most_threads),
      Option::value("--threads", &arguments.threads, "N",
                    "number of threads of each run; does not affect the result; default: those "
                    "there are (HEED_THREADS, or all available processors) divided by --jobs")
          .at_least(1)
          .at_most(most_threads),
      Option::value("--sample", &arguments.sample, "N",
                    "draw settings until there are N instead of taking all")
          .at_least(1),
      Option::value("--shuffle-seed", &arguments.shuffle_seed, "N",
                    "seed of the order of the settings and of --sample, not of the runs; default "
                    "0"),
      Option::flag("--stop-on-failure", &arguments.stop_on_failure,
                   "start no more runs after one that fails, and end those that train, with a "
                   "checkpoint; without it the others go on. A diverged run has not failed"),
      Option::flag("--dry-run", &arguments.dry_run, "print the plan and write nothing"),
      Option::flag("--csv", &arguments.csv, "the table as CSV, with all digits"),
      Option::flag("--json", &arguments.json, "the table as a line of JSON").excluding("--csv"),
      Option::flag("--md", &arguments.markdown, "the table in Markdown").excluding("--csv")};
}

/// The path of the sweep, as its runs are named.
std::string sweep_path(const SweepArguments& arguments) {
  if (!arguments.out) {
    if (!arguments.dry_run) throw UsageError("heed sweep: --out DIR is required");
    return "";
  }
  const std::string path = without_tail(*arguments.out);
  if (path.empty()) refuse("--out", "the name of the directory is empty");
  return path.starts_with("-") ? "./" + path : path;  // `heed train` would take it for an option
}

std::string state_text(const ConfigTable& table, const std::string& path, const PlannedRun& run) {
  if (path.empty()) return text_of_state(PlannedState::absent);
  try {
    return text_of_state(state_of_run(table, path + "/" + run.name, run));
  } catch (const std::exception&) {
    return "damaged";  // which training it reports
  }
}

/// The runs with what is there of each.
std::string plan_text_of(const Program& program, const std::string& path, const SweepPlan& plan) {
  const ConfigTable table = program.registry.table();
  std::vector<std::vector<std::string>> lines;
  std::set<std::vector<std::string>> settings;
  for (const PlannedRun& run : plan.runs) {
    settings.insert(run.setting());
    std::string sets;
    for (const std::string& set : run.sets) sets += (sets.empty() ? "--set " : " --set ") + set;
    lines.push_back({run.name, state_text(table, path, run), sets});
  }
  return text_of(counted(static_cast<int64_t>(plan.runs.size()), "run"), ", ",
                 counted(static_cast<int64_t>(settings.size()), "setting"), ":\n",
                 aligned(lines, [](size_t) { return false; }));
}

/// The sweep that the arguments name, with its plan; only a dry run has no directory.
struct NamedSweep {
  SweepPlan plan{};
  std::optional<SweepDirectory> directory{};
};

NamedSweep named_sweep(const Program& program, const SweepArguments& arguments,
                       const std::string& path) {
  SweepRequest request = read_request(arguments.sets, arguments.seeds);
  request.sample = arguments.sample;
  request.shuffle_seed = arguments.shuffle_seed;
  const SweepConfig source(program.registry, arguments.config);
  const bool is_there = !path.empty() && has_sweep(path);
  NamedSweep sweep;
  if (is_there && !arguments.dry_run) sweep.directory.emplace(SweepDirectory::open(path));
  if (is_there) sweep.plan = read_plan(program.registry, path, source);
  extend_plan(sweep.plan, request, source);
  if (arguments.dry_run) return sweep;
  if (is_there) {
    sweep.directory->write(sweep.plan);
  } else {
    sweep.directory.emplace(SweepDirectory::create(path, source, sweep.plan));
  }
  return sweep;
}

/// Processes inherit it: not in their command lines, so that these reproduce a run anywhere.
int64_t set_threads(const SweepArguments& arguments) {
  const int64_t threads =
      arguments.threads.value_or(std::max<int64_t>(1, num_threads() / arguments.jobs));
  setenv("HEED_THREADS", std::to_string(threads).c_str(), 1);
  return threads;
}

/// What the sweep has come to; runs that have not begun are not in it.
void write_table(const SweepArguments& arguments, const NamedSweep& sweep) {
  std::vector<RunSummary> runs;
  for (const PlannedRun& run : sweep.plan.runs) {
    const std::string path = sweep.directory->run(run);
    if (!is_free(path)) runs.push_back(read_summary(path));
  }
  try {
    const SweepTable table = sweep_table(runs);
    for (const std::string& note : table.comparison.notes) say("note: " + note);
    write_result(arguments.csv        ? table.csv()
                 : arguments.json     ? json_line(table.json())
                 : arguments.markdown ? table.markdown()
                                      : table.text());
  } catch (const ConfigError& error) {  // runs of several tasks
    say(std::string("note: no table: ") + error.what());
  }
}

void run_sweep(const Program& program, const SweepArguments& arguments) {
  if (arguments.markdown && arguments.json) {
    throw UsageError("heed sweep: --md and --json exclude each other");
  }
  const std::string path = sweep_path(arguments);
  const SignalWatch watch;
  const NamedSweep sweep = named_sweep(program, arguments, path);
  const std::string plan = plan_text_of(program, path, sweep.plan);
  if (arguments.dry_run) return write_result(plan);
  say(plan.substr(0, plan.size() - 1));
  const int64_t threads = set_threads(arguments);
  say(text_of(arguments.jobs, " at a time, ", counted(threads, "thread"), " each; heed watch ",
              path, " shows them while they train"));
  const std::vector<std::string> failed =
      SweepRunner(program.registry.table(), *sweep.directory, sweep.plan,
                  {arguments.jobs, arguments.stop_on_failure, program.command_line.front()})
          .run();
  SignalWatch::poll();
  if (failed.size() < sweep.plan.runs.size()) write_table(arguments, sweep);
  if (!failed.empty()) {
    throw RunError(path, ": ", failed.size(), " of ",
                   counted(static_cast<int64_t>(sweep.plan.runs.size()), "run"),
                   " failed: ", list_with_or(failed), "; the same command tries them again");
  }
}

}  // namespace

Command sweep_command() {
  return {
      .name = "sweep",
      .stage = Stage::train,
      .summary = "train many runs: every combination of some values, and several seeds",
      .description =
          "Every combination of the values that --set lists is a setting, and each setting is "
          "trained with each seed, every run as a `heed train` of its own, with a run directory "
          "DIR/003-lr=3e-3,seed=1 that every command takes. The plan is printed and written to "
          "DIR/sweep.json before anything starts; one value that its key does not take refuses "
          "the whole sweep. Settings are shuffled, and the first seed of all of them comes before "
          "any second one, so that early results cover the space.\n\n"
          "The same command resumes a sweep that was interrupted or killed: runs that have ended "
          "are skipped, the others resumed bit-identically. A command with more values, seeds or "
          "samples adds runs to the plan and renumbers none; values that are left out stay in "
          "it.\n\n"
          "At the end a table on stdout has a line for each setting: its values, n, mean, standard "
          "deviation and 95 % interval (Student's t) of the runs' lowest held-out loss and highest "
          "held-out sequence accuracy, and how many runs solved the task; the best setting first. "
          "`heed compare DIR` shows more of the same.\n\n"
          "A run that diverges is a result: the sweep goes on and its exit code is 0. What fails "
          "otherwise is reported at once with its last line, and the exit code is 1 in the end. "
          "SIGINT (Ctrl-C), SIGTERM and SIGHUP end every run between two steps, with a "
          "checkpoint, and then the sweep.",
      .exit_status = {{"0", "every run has finished or diverged"},
                      {"1", "a run failed, or another runtime failure"},
                      {"2", "bad input; nothing was started"}},
      .examples = {{"heed sweep mine.json --set train.lr=1e-3,3e-3 --seeds 5 --jobs 2 --out lr",
                    "trains 10 runs, two at a time"},
                   {"heed sweep configs/reverse.json --set model.attention.heads=1..4 --dry-run",
                    "shows which runs it would train"}},
      .call = calling(sweep_options, run_sweep)};
}

}  // namespace heed
