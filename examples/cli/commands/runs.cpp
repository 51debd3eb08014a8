// `heed runs`: a list of the runs in a directory.
#include <filesystem>

#include "heed/examples/cli/commands/line/command.h"
#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/config/paths.h"
#include "heed/examples/cli/config/program_name.h"
#include "heed/examples/cli/inspect/runs/run_choice.h"
#include "heed/examples/cli/inspect/runs/run_list.h"
#include "heed/examples/cli/runs/find_runs.h"
#include "heed/examples/cli/runs/terminal.h"
#include "heed/framework/base/text.h"

namespace heed {
namespace {

constexpr const char* usual_directory = "runs";

struct RunsArguments {
  std::optional<std::string> directory;
  std::optional<std::string> sort;
  bool reverse = false;
  std::vector<std::string> where;
  bool csv = false, json = false, markdown = false;
};

Options runs_options(RunsArguments& arguments) {
  return {
      Option::argument("DIR", &arguments.directory,
                       "a directory with run directories in or below it; default runs"),
      Option::value("--sort", &arguments.sort, "KEY",
                    "sort by a column, such as loss or seconds, or a key, such as train.lr"),
      Option::flag("--reverse", &arguments.reverse, "sort in descending order"),
      Option::value("--where", &arguments.where, "KEY=VALUE",
                    "only runs for which this holds; may be repeated"),
      Option::flag("--csv", &arguments.csv, "CSV with exact numbers"),
      Option::flag("--json", &arguments.json, "JSON lines with exact numbers").excluding("--csv"),
      Option::flag("--md", &arguments.markdown, "a Markdown table").excluding("--csv")};
}

std::string list_of(const RunsArguments& arguments, const std::vector<RunSummary>& runs) {
  if (arguments.csv) return run_list_csv(runs);
  if (arguments.markdown) return run_list_markdown(runs);
  if (!arguments.json) return runs.empty() ? "" : run_list_text(runs);
  std::string lines;
  for (const RunSummary& run : runs) lines += json_line(run_json(run));
  return lines;
}

void check_directory(const std::string& directory, bool is_named) {
  std::error_code ignored;
  if (std::filesystem::is_directory(directory, ignored)) return;
  refuse(
      "DIR " + directory,
      std::filesystem::exists(directory, ignored)
          ? "not a directory"
          : "no such directory" + path_hint(directory) +
                (is_named ? "" : "; `" + program_name() + " train` makes it, or name another one"));
}

void run_runs(const Program&, const RunsArguments& arguments) {
  if (arguments.markdown && arguments.json) {
    throw UsageError("heed runs: --md and --json exclude each other");
  }
  if (arguments.reverse && !arguments.sort) {
    throw UsageError("heed runs: --reverse needs --sort KEY");
  }
  const std::string directory = arguments.directory.value_or(usual_directory);
  check_directory(directory, arguments.directory.has_value());
  std::vector<std::string> warnings;
  std::vector<RunSummary> runs;
  for (const std::string& run : runs_below(directory, &warnings)) runs.push_back(read_summary(run));
  for (const std::string& warning : warnings) say("warning: " + warning);
  const size_t found = runs.size();
  if (found > 0) keep_where(runs, arguments.where);
  if (!runs.empty() && arguments.sort) sort_by(runs, *arguments.sort, arguments.reverse);
  write_result(list_of(arguments, runs));
  if (found == 0) {
    say(directory + ": no runs in or below it");
  } else if (runs.empty()) {
    say(directory + ": --where holds for none of " + counted(static_cast<int64_t>(found), "run"));
  }
}

}  // namespace

Command runs_command() {
  return {.name = "runs",
          .stage = Stage::analyse,
          .summary = "list runs: what they are, how far they came, how good they are",
          .description =
              "A line for each run directory in or below DIR: its task; its state (running, done, "
              "interrupted, diverged, failed, killed, or damaged with the reason); steps taken and "
              "wanted; the lowest held-out loss and the highest held-out sequence accuracy; the "
              "time it was trained; the shipped configuration of its task that is nearest to its "
              "own, and the keys in which it differs from that. A run is solved if its accuracy "
              "reached train.stop_at, or else 0.99.\n\n"
              "--sort and --where take the columns run, name, task, state, step, steps, loss, "
              "accuracy, solved, seconds and started, and any key of a configuration: lr means "
              "train.lr if no other key ends so. Reads only; runs that are going on are not "
              "disturbed.",
          .exit_status = {{"0", "done, also if there are no runs or damaged ones"},
                          {"1", "a directory cannot be read"},
                          {"2", "bad input"}},
          .examples = {{"heed runs", "lists the runs in runs"},
                       {"heed runs sweeps/lr --sort loss --where state=done",
                        "finished runs, the best first"},
                       {"heed runs --where task=sort --where train.lr=1e-3 --csv",
                        "some of the runs, for a spreadsheet"}},
          .call = calling(runs_options, run_runs)};
}

}  // namespace heed
