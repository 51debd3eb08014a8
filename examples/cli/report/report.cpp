#include "heed/examples/cli/report/report.h"

#include "heed/examples/cli/report/curves.h"
#include "heed/examples/cli/report/examples_section.h"
#include "heed/examples/cli/report/headline.h"
#include "heed/examples/cli/report/heads_section.h"
#include "heed/examples/cli/report/html.h"
#include "heed/examples/cli/report/live_section.h"
#include "heed/examples/cli/report/model_section.h"
#include "heed/examples/cli/report/page.h"
#include "heed/examples/cli/report/run_marks.h"
#include "heed/examples/cli/report/run_report.h"
#include "heed/examples/cli/report/runs_section.h"
#include "heed/examples/cli/report/scores_section.h"
#include "heed/framework/base/error.h"

namespace heed {
namespace {

std::string curves_html(const std::vector<ReportFigure>& figures) {
  std::string html =
      "<section id=\"curves\" aria-labelledby=\"curves-title\">"
      "<h2 id=\"curves-title\">Curves</h2>\n"
      "<div class=\"controls\" id=\"curves-controls\"></div><div class=\"figures\">\n";
  for (const ReportFigure& figure : figures) html += figure_html(figure);
  return html + "</div></section>\n";
}

/// Adds a section unless it is empty.
void add_section(Page& page, const std::string& id, const std::string& title,
                 const std::string& html) {
  if (html.empty()) return;
  page.sections.push_back({id, title});
  page.body += html;
}

void append(std::vector<ReportFigure>& all, std::vector<ReportFigure> more) {
  for (ReportFigure& figure : more) all.push_back(std::move(figure));
}

}  // namespace

std::string run_report_html(const Registry& registry, const std::string& run,
                            const ReportOptions& options) {
  RunReport report = read_run_report(registry, run, options.asks_model);
  Page page{.title = report.summary.name + ", a run of heed", .header = {}};
  std::vector<ReportFigure> figures = curves_of(report.metrics, run_marks(report));
  if (!figures.empty()) add_section(page, "curves", "Curves", curves_html(figures));
  if (options.engine) {
    add_section(page, "ask", "Ask it", live_section(report));
    page.scripts.push_back(live_script());
    page.engine = options.engine;
  }
  HeadsSection heads = heads_section(report.snapshots, report.warnings);
  add_section(page, "heads", "Heads forming", heads.html);
  ScoresSection scores = scores_section(report.snapshots);
  add_section(page, "scores", "Scores of heads", scores.html);
  append(figures, std::move(scores.figures));
  JsonValue confusion;
  if (report.model) {
    if (report.model->answers) {
      ExamplesSection examples =
          examples_section(*report.model->answers, report.model->form, report.model->checkpoint);
      add_section(page, "examples", "Examples", examples.html);
      append(figures, std::move(examples.figures));
      confusion = std::move(examples.confusion);
    }
    ModelSection model = model_section(*report.model->model, report.model->form);
    add_section(page, "model", "Model", model.html);
    append(figures, std::move(model.figures));
  }
  add_section(page, "origin", "What it was", origin_html(report));
  page.header = headline_html(report);
  page.data = figures_json(
      figures, {clock_of(report.metrics, batch_size_of(report.summary), report.summary.seconds)});
  if (confusion.kind == JsonValue::Kind::object) page.data.add("confusion", std::move(confusion));
  if (!heads.html.empty()) page.data.add("heads", std::move(heads.data));
  return page_html(page);
}

std::string several_runs_html(const Registry& registry, const std::vector<std::string>& paths) {
  std::vector<RunReport> runs;
  std::vector<std::string> warnings;
  for (const std::string& path : paths) {
    runs.push_back(read_run_report(registry, path, false));
    for (const std::string& warning : runs.back().warnings) {
      warnings.push_back(runs.back().summary.name + ": " + warning);
    }
  }
  const RunGroups groups = groups_of(runs);
  Page page{.title = text_of(runs.size(), " runs of heed"),
            .header = runs_headline_html(runs, groups, warnings)};
  std::vector<ReportFigure> figures = overlaid_curves(runs, groups);
  add_section(page, "settings", "Settings", groups_html(runs, groups));
  if (!figures.empty()) add_section(page, "curves", "Curves", curves_html(figures));
  add_section(page, "runs", "Runs", runs_html(runs, groups));
  add_section(page, "common", "What all have in common", common_html(runs, groups));
  std::vector<RunClock> clocks;
  for (const RunReport& run : runs) {
    clocks.push_back(clock_of(run.metrics, batch_size_of(run.summary), run.summary.seconds));
  }
  page.data = figures_json(figures, clocks);
  return page_html(page);
}

}  // namespace heed
