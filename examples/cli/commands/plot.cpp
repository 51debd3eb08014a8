// `heed plot`: what a run has measured, as a figure.
#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "heed/examples/cli/commands/line/command.h"
#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/config/keys.h"
#include "heed/examples/cli/figures/png.h"
#include "heed/examples/cli/figures/svg.h"
#include "heed/examples/cli/plots/curve_plot.h"
#include "heed/examples/cli/plots/heads_plot.h"
#include "heed/examples/cli/plots/scores_plot.h"
#include "heed/examples/cli/report/curves.h"
#include "heed/examples/cli/report/run_groups.h"
#include "heed/examples/cli/report/run_marks.h"
#include "heed/examples/cli/report/run_report.h"
#include "heed/examples/cli/runs/find_runs.h"
#include "heed/examples/cli/runs/terminal.h"
#include "heed/examples/cli/snapshots/checkpoint_snapshots.h"
#include "heed/framework/base/text.h"
#include "heed/framework/io/output_file.h"

namespace heed {
namespace {

namespace fs = std::filesystem;

struct PlotArguments {
  std::vector<std::string> runs;
  std::string what;
  std::string out;
  std::optional<std::string> title{}, steps{}, attention{}, scores{};
  std::optional<int64_t> probe{};
  std::optional<double> smooth{};
  std::optional<std::string> x{};
  bool log_x = false, log_y = false;
  int64_t scale = 2;
};

/// A kind of figure.
struct Plot {
  std::string_view name;
  std::string_view help;
  std::vector<std::string_view> options;  ///< those of its own
  size_t least_runs, most_runs;
  std::string (*draw)(const Program&, const PlotArguments&);
};

std::string run_name(const std::string& run) {
  const fs::path path = fs::path(run).lexically_normal();
  return (path.has_filename() ? path : path.parent_path()).filename().string();
}

std::vector<std::string> comma_separated(const std::string& text) {
  std::vector<std::string> parts;
  for (size_t start = 0; start <= text.size();) {
    const size_t end = std::min(text.find(',', start), text.size());
    parts.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return parts;
}

/// "0,10,last" as numbers.
std::vector<int64_t> steps_in(const std::string& text, int64_t last) {
  std::vector<int64_t> steps;
  for (const std::string& part : comma_separated(text)) {
    const auto step = part == "last" ? last : parse_number<int64_t>(part);
    if (!step || *step < 0) {
      refuse("--steps " + printable(text), "must be steps with commas between, such as 0,10,last");
    }
    steps.push_back(*step);
  }
  return steps;
}

/// Those of its checkpoints if a run has none of its own.
std::vector<Snapshot> snapshots_of(const Program& program, const std::string& run) {
  std::vector<std::string> warnings;
  std::vector<Snapshot> snapshots = read_snapshots(run, warnings);
  if (snapshots.empty()) snapshots = checkpoint_snapshots(program.registry, run, warnings);
  for (const std::string& warning : warnings) say(warning);
  if (snapshots.empty()) {
    refuse(run, "there are no snapshots; `heed train` takes them if train.snapshots is not 0");
  }
  return snapshots;
}

std::string draw_heads(const Program& program, const PlotArguments& arguments) {
  HeadsChoice choice{.probe = arguments.probe.value_or(0), .attention = arguments.attention};
  const std::vector<Snapshot> snapshots = snapshots_of(program, arguments.runs[0]);
  if (arguments.steps) choice.steps = steps_in(*arguments.steps, snapshots.back().step);
  HeadsFigure figure = heads_plot(run_name(arguments.runs[0]), snapshots, choice);
  if (arguments.title) figure.title = *arguments.title;
  return svg_of(figure);
}

std::string draw_scores(const Program& program, const PlotArguments& arguments) {
  std::vector<std::string> scores;
  if (arguments.scores) scores = comma_separated(*arguments.scores);
  LineFigure figure = scores_plot(run_name(arguments.runs[0]),
                                  snapshots_of(program, arguments.runs[0]), std::move(scores));
  if (arguments.title) figure.title = *arguments.title;
  return svg_of(figure);
}

std::vector<RunReport> reports_of(const Program& program, const std::vector<std::string>& runs) {
  std::vector<RunReport> reports;
  for (const std::string& run : runs) {
    reports.push_back(read_run_report(program.registry, run, false));
    for (const std::string& warning : reports.back().warnings) say(warning);
  }
  return reports;
}

std::vector<RunClock> clocks_of(const std::vector<RunReport>& reports) {
  std::vector<RunClock> clocks;
  for (const RunReport& report : reports) {
    clocks.push_back(
        clock_of(report.metrics, batch_size_of(report.summary), report.summary.seconds));
  }
  return clocks;
}

/// One of the curves of a report: of one run, or those of several overlaid.
std::string draw_curve(const Program& program, const PlotArguments& arguments) {
  const std::vector<RunReport> reports = reports_of(program, arguments.runs);
  std::vector<ReportFigure> curves = reports.size() == 1
                                         ? curves_of(reports[0].metrics, run_marks(reports[0]))
                                         : overlaid_curves(reports, groups_of(reports));
  const std::string id = arguments.what == "grad_norm" ? "grad-norm"
                         : arguments.what == "compare" ? "loss"
                                                       : arguments.what;
  const auto curve = std::find_if(curves.begin(), curves.end(),
                                  [&](const ReportFigure& each) { return each.id == id; });
  if (curve == curves.end()) {
    refuse(arguments.runs[0],
           "nothing to draw: metrics.jsonl has no number for --what " + arguments.what);
  }
  const std::string title = reports.size() == 1
                                ? run_name(arguments.runs[0])
                                : counted(std::ssize(reports), "run") + ": " + curve->figure.title;
  LineFigure figure = curve_plot(std::move(*curve), clocks_of(reports),
                                 {.log_x = arguments.log_x,
                                  .log_y = arguments.log_y,
                                  .smooth = arguments.smooth,
                                  .x = arguments.x.value_or("step")});
  figure.title = arguments.title.value_or(title);
  return svg_of(figure);
}

const std::vector<Plot>& plots() {
  constexpr size_t any = 1000;
  const std::vector<std::string_view> of_curves = {"--log-x", "--log-y", "--smooth", "--x"};
  static const std::vector<Plot> all{
      {"loss", "training and held-out loss over steps", of_curves, 1, any, draw_curve},
      {"accuracy", "held-out accuracy of sequences and tokens", of_curves, 1, any, draw_curve},
      {"lr", "the learning rate", of_curves, 1, any, draw_curve},
      {"grad_norm", "the gradient's norm before clipping", of_curves, 1, any, draw_curve},
      {"heads",
       "the weights of every head, at the last snapshot or at --steps",
       {"--steps", "--probe", "--attention"},
       1,
       1,
       draw_heads},
      {"scores",
       "--scores of every head over steps, and when each appears",
       {"--scores"},
       1,
       1,
       draw_scores},
      {"compare", "held-out loss of several runs, seeds as a mean with a band", of_curves, 2, any,
       draw_curve}};
  return all;
}

const Plot& plot_named(const std::string& name) {
  return *std::find_if(plots().begin(), plots().end(),
                       [&](const Plot& plot) { return plot.name == name; });
}

std::vector<std::string> plot_names() {
  std::vector<std::string> names;
  for (const Plot& plot : plots()) names.emplace_back(plot.name);
  return names;
}

Options plot_options(PlotArguments& arguments) {
  return {
      Option::argument("RUN", &arguments.runs,
                       "a run directory, or one with runs below it; several are compared")
          .required(),
      Option::value("--what", &arguments.what, "WHAT", "what to draw")
          .required()
          .one_of(plot_names()),
      Option::value("--out", &arguments.out, "FILE.svg|FILE.png", "the file; replaced if it exists")
          .required(),
      Option::value(
          "--steps", &arguments.steps, "N[,N]...",
          "heads: the snapshots at these steps, such as 0,10,last; several make a film strip"),
      Option::value("--probe", &arguments.probe, "N", "heads: the input, counted from 0; default 0")
          .at_least(0),
      Option::value("--attention", &arguments.attention, "PATH",
                    "heads: this attention only, such as encoder.blocks.0.attention"),
      Option::value("--scores", &arguments.scores, "NAME[,NAME]...",
                    "scores: such as prefix_match; default the strongest pattern"),
      Option::value("--x", &arguments.x, "UNIT", "curves: what the axis counts; default step")
          .one_of({"step", "sequences", "seconds"}),
      Option::flag("--log-x", &arguments.log_x, "curves: a logarithmic axis of steps"),
      Option::flag("--log-y", &arguments.log_y, "curves: a logarithmic axis of values"),
      Option::value("--smooth", &arguments.smooth, "WEIGHT",
                    "curves: average lines of single batches, each value counting WEIGHT times as "
                    "much as the next; the raw line stays behind; from 0 to below 1, such as 0.9"),
      Option::value("--title", &arguments.title, "TEXT", "the title; default the run's name"),
      Option::value("--scale", &arguments.scale, "N",
                    "PNG: pixels for each unit of the SVG; default 2")
          .at_least(1)
          .at_most(16)};
}

/// Refuses an option that the figure would ignore.
void check_options(const PlotArguments& arguments) {
  const std::pair<std::string_view, bool> given[] = {
      {"--steps", arguments.steps.has_value()},
      {"--probe", arguments.probe.has_value()},
      {"--attention", arguments.attention.has_value()},
      {"--scores", arguments.scores.has_value()},
      {"--x", arguments.x.has_value()},
      {"--log-x", arguments.log_x},
      {"--log-y", arguments.log_y},
      {"--smooth", arguments.smooth.has_value()}};
  const Plot& plot = plot_named(arguments.what);
  for (const auto& [option, is_given] : given) {
    if (!is_given ||
        std::find(plot.options.begin(), plot.options.end(), option) != plot.options.end()) {
      continue;
    }
    throw UsageError("heed plot: ", option, " means nothing for --what ", arguments.what);
  }
  if (arguments.smooth && !(*arguments.smooth >= 0 && *arguments.smooth < 1)) {
    throw UsageError("heed plot: --smooth must be a number from 0 to below 1: ", *arguments.smooth);
  }
}

/// Refuses too few runs, or too many.
void check_number_of_runs(const std::vector<std::string>& runs, const std::string& what) {
  const Plot& plot = plot_named(what);
  if (runs.size() >= plot.least_runs && runs.size() <= plot.most_runs) return;
  refuse("--what " + what, text_of("draws ", plot.most_runs == 1 ? "one run" : "two runs or more",
                                   ", not ", runs.size()));
}

bool is_png(const PlotArguments& arguments) {
  return arguments.out.ends_with(".png");
}

void check_figure_file(const PlotArguments& arguments) {
  const fs::path path = arguments.out;
  if (!is_png(arguments) && !arguments.out.ends_with(".svg")) {
    refuse("--out " + arguments.out, "must end in .svg or .png");
  }
  std::error_code ignored;
  if (path.has_parent_path() && !fs::is_directory(path.parent_path(), ignored)) {
    refuse("--out " + arguments.out, "no such directory: " + path.parent_path().string());
  }
  if (fs::is_directory(path, ignored)) refuse("--out " + arguments.out, "is a directory");
  if (is_png(arguments)) require_png();
}

void run_plot(const Program& program, const PlotArguments& arguments) {
  check_options(arguments);
  check_figure_file(arguments);
  PlotArguments found = arguments;
  found.runs = named_runs(arguments.runs);
  check_number_of_runs(found.runs, arguments.what);
  const std::string svg = svg_file(plot_named(arguments.what).draw(program, found));
  const std::string file =
      is_png(arguments) ? png_of(svg, static_cast<double>(arguments.scale)) : svg;
  replace_file(arguments.out, file);
  write_result(json_line({{"file", arguments.out},
                          {"what", arguments.what},
                          {"runs", found.runs},
                          {"bytes", file.size()}}));
}

std::string description() {
  std::string text =
      "Writes one of the figures of `heed report` as a file for papers and slides: an SVG that "
      "needs nothing but itself, or a PNG, for which the library librsvg must be installed "
      "(`./heed` "
      "installs it). A line of JSON says what was written. With --what\n\n";
  for (const Plot& plot : plots()) {
    text += "  " + std::string(plot.name) + std::string(12 - plot.name.size(), ' ') +
            std::string(plot.help) + "\n";
  }
  return text;
}

}  // namespace

Command plot_command() {
  return {.name = "plot",
          .stage = Stage::analyse,
          .summary = "draw curves and heads of runs as SVG or PNG",
          .description = description(),
          .examples = {{"heed plot runs/reverse-1 --what heads --steps 0,20,40 --out heads.svg",
                        "heads that form, as a film strip"},
                       {"heed plot runs/lr --what compare --out seeds.png",
                        "the runs of a sweep, those that differ only in their seed together"}},
          .call = calling(plot_options, run_plot)};
}

}  // namespace heed
