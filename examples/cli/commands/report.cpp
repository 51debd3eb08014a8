// `heed report`: a run as one HTML file, to be looked at anywhere.
#include "heed/examples/cli/report/report.h"
#include "heed/examples/cli/commands/line/command.h"
#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/runs/find_runs.h"
#include "heed/examples/cli/runs/terminal.h"
#include "heed/framework/io/output_file.h"

namespace heed {
namespace {

struct ReportArguments {
  std::vector<std::string> runs;
  std::optional<std::string> out;
  bool live = false;
  std::string engine;
};

Options report_options(ReportArguments& arguments) {
  return {
      Option::argument("RUN", &arguments.runs,
                       "run directories, or directories of runs such as that of a sweep", "RUN_DIR")
          .required(),
      Option::value("--out", &arguments.out, "FILE",
                    "where to write; default RUN/report.html, also for a directory of runs; "
                    "required for several"),
      Option::flag("--live", &arguments.live,
                   "put heed and the model into the page, so that the reader can ask it"),
      Option::value("--engine", &arguments.engine, "DIR",
                    "with --live: the folder of heed_engine.js and heed_engine.wasm.gz; by default "
                    "that of the build or the installation")};
}

void run_report(const Program& program, const ReportArguments& arguments) {
  if (arguments.runs.size() > 1 && !arguments.out) {
    throw UsageError("heed report: --out FILE is required for several runs");
  }
  const std::vector<std::string> runs = named_runs(arguments.runs);
  if (arguments.live && runs.size() > 1) {
    throw UsageError("heed report: --live is for a single run, whose model can be asked");
  }
  ReportOptions options;
  if (arguments.live) options.engine = read_engine(arguments.engine);
  const std::string out = arguments.out.value_or(arguments.runs.front() + "/report.html");
  const std::string html = runs.size() == 1
                               ? run_report_html(program.registry, runs.front(), options)
                               : several_runs_html(program.registry, runs);
  replace_file(out, html);
  write_result(out + "\n");
}

}  // namespace

Command report_command() {
  return {
      .name = "report",
      .stage = Stage::analyse,
      .summary = "show runs as one HTML file: curves, heads forming, examples",
      .description =
          "Writes RUN/report.html, or FILE: a page that needs no network and nothing else. Of "
          "one run: curves, the weights of all heads at each snapshot, their scores, held-out "
          "examples with their errors, the model, what it was. Of several runs, or of all "
          "below a directory: their curves overlaid, runs that differ only in train.seed as a "
          "mean with a band, and only the keys that differ. What is missing in a run is left "
          "out, and the page says so. Reads the data of the task if it is there. See "
          "docs/report.md; `heed train --report` keeps a report current. With --live the "
          "reader can type inputs and sees the model's answers and heads: half a megabyte more; "
          "`./heed report RUN --live` in heed's sources builds what it needs first.",
      .examples = {{"heed report runs/reverse-1", "writes runs/reverse-1/report.html"},
                   {"heed report runs/sweep", "all runs below, in runs/sweep/report.html"},
                   {"heed report runs/reverse-1 --live", "a page that answers"},
                   {"heed report runs/a runs/b --out both.html", "two runs, overlaid"}},
      .call = calling(report_options, run_report)};
}

}  // namespace heed
