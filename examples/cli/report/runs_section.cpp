#include "heed/examples/cli/report/runs_section.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "heed/examples/cli/figures/svg.h"
#include "heed/examples/cli/report/headline.h"
#include "heed/examples/cli/report/html.h"
#include "heed/examples/cli/statistics/statistics.h"
#include "heed/framework/base/text.h"

namespace heed {
namespace {

std::string section_start(const std::string& id, const std::string& title) {
  return "<section id=\"" + id + "\" aria-labelledby=\"" + id + "-title\"><h2 id=\"" + id +
         "-title\">" + xml_text(title) + "</h2>\n";
}

bool is_solved(const RunReport& run) {
  return run.summary.solved;
}

std::vector<std::string> run_cells(const RunReport& run, const RunGroups& groups, size_t number) {
  const RunSummary& summary = run.summary;
  std::vector<std::string> cells{shown_text(summary.name, 80)};
  for (const DifferingKey& key : groups.keys) cells.push_back(shown_text(key.values[number], 60));
  cells.emplace_back(name_of(summary.state));
  cells.push_back(std::to_string(summary.step));
  cells.push_back(summary.best ? shown_number(summary.best->held_out.loss) : "–");
  cells.push_back(summary.best ? std::to_string(summary.best->step) : "–");
  cells.push_back(summary.last ? shown_number(summary.last->held_out.sequence_accuracy) : "–");
  cells.push_back(summary.last ? shown_number(summary.last->held_out.token_accuracy) : "–");
  cells.push_back(shown_number(summary.seconds));
  return cells;
}

std::vector<double> best_losses(const std::vector<RunReport>& runs, const NamedGroup& group) {
  std::vector<double> losses;
  for (const size_t run : group.runs) {
    if (runs[run].summary.best) losses.push_back(runs[run].summary.best->held_out.loss);
  }
  return losses;
}

std::string bounds_text(const std::optional<Interval>& interval) {
  if (!interval) return "–";
  return shown_number(interval->low) + " to " + shown_number(interval->high);
}

std::vector<std::string> group_cells(const std::vector<RunReport>& runs, const NamedGroup& group) {
  const Summary loss = summary_of(best_losses(runs, group));
  const auto solved = std::count_if(group.runs.begin(), group.runs.end(),
                                    [&](size_t run) { return is_solved(runs[run]); });
  const auto n = static_cast<int64_t>(group.runs.size());
  return {group.label,
          std::to_string(n),
          shown_number(loss.mean),
          shown_number(loss.sd),
          bounds_text(loss.interval),
          fmt::format("{} of {}", solved, n),
          bounds_text(wilson_interval(solved, n))};
}

}  // namespace

std::string runs_headline_html(const std::vector<RunReport>& runs, const RunGroups& groups,
                               const std::vector<std::string>& warnings) {
  const auto best =
      std::min_element(runs.begin(), runs.end(), [](const RunReport& a, const RunReport& b) {
        const auto loss = [](const RunReport& run) {
          return run.summary.best ? run.summary.best->held_out.loss : HUGE_VAL;
        };
        return loss(a) < loss(b);
      });
  const auto solved = std::count_if(runs.begin(), runs.end(), is_solved);
  std::vector<std::string> tasks;
  for (const RunReport& run : runs) {
    if (std::find(tasks.begin(), tasks.end(), run.summary.task) == tasks.end()) {
      tasks.push_back(run.summary.task);
    }
  }
  std::string html =
      text_element("h1", fmt::format("{}: {}", list_with_or(tasks),
                                     counted(static_cast<int64_t>(runs.size()), "run")));
  html += "<dl class=\"tiles\">\n";
  html += tile_html("Settings", std::to_string(groups.groups.size()), "apart from seeds");
  html += tile_html("Solved", fmt::format("{} of {}", solved, runs.size()),
                    "reached train.stop_at, or 99 % of whole sequences");
  if (best->summary.best) {
    html += tile_html("Lowest held-out loss", shown_number(best->summary.best->held_out.loss),
                      best->summary.name);
  }
  return html + "</dl>\n" + warnings_html(warnings);
}

std::string runs_html(const std::vector<RunReport>& runs, const RunGroups& groups) {
  HtmlTable table{
      .head = {"run"}, .rows = {}, .is_number = {false}, .is_sortable = true, .caption = "runs"};
  for (const DifferingKey& key : groups.keys) {
    table.head.push_back(key.path);
    table.is_number.push_back(true);
  }
  for (const char* name : {"state", "step", "lowest held-out loss", "at step", "exact match",
                           "token accuracy", "seconds"}) {
    table.head.push_back(name);
    table.is_number.push_back(table.head.back() != "state");
  }
  for (size_t i = 0; i < runs.size(); ++i) table.rows.push_back(run_cells(runs[i], groups, i));
  return section_start("runs", "Runs") +
         text_element("p",
                      groups.keys.empty() ? "No key differs between these runs."
                                          : "Only keys that differ are shown.",
                      "about") +
         to_html(table) + "</section>\n";
}

std::string groups_html(const std::vector<RunReport>& runs, const RunGroups& groups) {
  const bool has_seeds = std::any_of(groups.groups.begin(), groups.groups.end(),
                                     [](const NamedGroup& group) { return group.runs.size() > 1; });
  if (!has_seeds) return "";
  HtmlTable table{.head = {"setting", "n", "mean of lowest losses", "sd", "95 % interval", "solved",
                           "95 % interval of that"},
                  .rows = {},
                  .is_number = {false, true, true, true, true, true, true},
                  .is_sortable = true,
                  .caption = "settings"};
  for (const NamedGroup& group : groups.groups) table.rows.push_back(group_cells(runs, group));
  return section_start("settings", "Settings") +
         text_element("p",
                      "Runs that differ only in their seed, together: the mean of their lowest "
                      "held-out losses with Student's interval, and how many solved the task with "
                      "Wilson's.",
                      "about") +
         to_html(table) + "</section>\n";
}

std::string common_html(const std::vector<RunReport>& runs, const RunGroups& groups) {
  JsonValue common = runs.front().summary.config;
  for (const DifferingKey& key : groups.keys) common.erase(key.path);
  return section_start("common", "What all have in common") +
         text_element("pre", json_file(common)) + "</section>\n";
}

}  // namespace heed
