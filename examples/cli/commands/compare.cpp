// `heed compare`: runs side by side.
#include "heed/examples/cli/commands/line/command.h"
#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/config/paths.h"
#include "heed/examples/cli/inspect/runs/comparison.h"
#include "heed/examples/cli/inspect/runs/comparison_text.h"
#include "heed/examples/cli/runs/find_runs.h"
#include "heed/examples/cli/runs/terminal.h"
#include "heed/framework/io/folder.h"

namespace heed {
namespace {

struct CompareArguments {
  std::vector<std::string> runs;
  bool last = false;
  bool csv = false, json = false, markdown = false;
};

Options compare_options(CompareArguments& arguments) {
  return {
      Option::argument("RUN", &arguments.runs,
                       "run directories, or directories with runs in or below them")
          .required(),
      Option::flag("--last", &arguments.last, "compare the last evaluations instead of the best"),
      Option::flag("--csv", &arguments.csv, "a line of CSV for each setting"),
      Option::flag("--json", &arguments.json, "a line of JSON").excluding("--csv"),
      Option::flag("--md", &arguments.markdown, "Markdown tables").excluding("--csv")};
}

std::vector<RunSummary> runs_of(const CompareArguments& arguments) {
  std::vector<RunSummary> runs;
  for (const std::string& argument : arguments.runs) {
    if (is_free(argument)) {
      refuse("RUN " + argument, "no such run directory" + path_hint(argument));
    }
    std::vector<std::string> warnings;
    const std::vector<std::string> found = runs_below(argument, &warnings);
    for (const std::string& warning : warnings) say("warning: " + warning);
    if (found.empty()) refuse("RUN " + argument, "not a run directory, and no runs below it");
    for (const std::string& run : found) runs.push_back(read_summary(run));
  }
  return runs;
}

std::string text_of_comparison(const CompareArguments& arguments, const Comparison& comparison) {
  if (arguments.csv) return comparison_csv(comparison);
  if (arguments.json) return json_line(comparison_json(comparison));
  return arguments.markdown ? comparison_markdown(comparison) : comparison_text(comparison);
}

void run_compare(const Program&, const CompareArguments& arguments) {
  if (arguments.markdown && arguments.json) {
    throw UsageError("heed compare: --md and --json exclude each other");
  }
  const Comparison comparison =
      compare_runs(runs_of(arguments), arguments.last ? Compared::last : Compared::best);
  for (const std::string& note : comparison.notes) say("note: " + note);
  write_result(text_of_comparison(arguments, comparison));
}

}  // namespace

Command compare_command() {
  return {
      .name = "compare",
      .stage = Stage::analyse,
      .summary = "compare runs: what differs, and whether it makes a difference",
      .description =
          "Runs of one task whose configurations differ in nothing but train.seed are one "
          "setting. For each setting: only the keys in which the settings differ, then n, mean, "
          "standard deviation, 95 % interval of the mean (Student's t), median, least and "
          "greatest of the runs' lowest held-out loss and highest held-out sequence accuracy; "
          "with --last, of their last evaluation.\n\n"
          "\"Solved\" counts the runs whose held-out sequence accuracy reached their "
          "train.stop_at, or 0.99 where that is not set, at any evaluation; its 95 % interval "
          "is Wilson's. A run that diverged counts as not solved, but is in no mean if it "
          "was never evaluated.\n\n"
          "Every setting is compared with the first that was evaluated, seed by seed: only seeds "
          "that "
          "both have count. \"no difference shown\" means that the 95 % interval of the "
          "differences has 0 in it. Of 20 comparisons that make no difference, one is expected "
          "to look as if it did.\n\n"
          "Of a run given twice, or of runs with the same configuration and seed, one counts. "
          "Reads only.",
      .exit_status = {{"0", "done"},
                      {"1", "no run can be read"},
                      {"2", "bad input, or runs of different tasks"}},
      .examples = {{"heed compare runs/sort-1 runs/sort-2", "two runs side by side"},
                   {"heed compare sweeps/lr --md", "all runs of a directory, as Markdown"}},
      .call = calling(compare_options, run_compare)};
}

}  // namespace heed
