#include "heed/examples/cli/sweep/sweep_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string_view>
#include <tuple>
#include <utility>

#include "heed/examples/cli/inspect/runs/comparison_text.h"
#include "heed/examples/cli/inspect/runs/run_list.h"
#include "heed/examples/cli/inspect/table.h"
#include "heed/examples/cli/inspect/table_formats.h"

namespace heed {
namespace {

Summary summary_by_seed(const ValueBySeed& by_seed) {
  std::vector<double> values;
  for (const auto& [seed, value] : by_seed) values.push_back(value);
  return summary_of(values);
}

std::string range_of(const std::optional<Interval>& interval) {
  return interval ? rounded(interval->low) + " to " + rounded(interval->high) : "–";
}

/// "train.lr=0.003, model.d_ff=16"
std::string values_text(const Comparison& comparison, const Setting& setting) {
  std::string text;
  for (size_t k = 0; k < comparison.keys.size(); ++k) {
    text += (text.empty() ? "" : ", ") + comparison.keys[k] + "=" + setting.values[k];
  }
  return cell_text(text);
}

/// The cells of a setting after its values.
std::vector<std::string> measured_cells(const Setting& setting) {
  const Summary loss = summary_by_seed(setting.losses),
                accuracy = summary_by_seed(setting.accuracies);
  return {std::to_string(setting.runs.size()),
          rounded(loss.mean),
          rounded(loss.sd),
          range_of(loss.interval),
          rounded(accuracy.mean),
          rounded(accuracy.sd),
          range_of(accuracy.interval),
          fmt::format("{} of {}", setting.solved, setting.runs.size())};
}

/// With a heading; how many diverged only if some did.
std::vector<std::vector<std::string>> table_lines(const SweepTable& table) {
  const Comparison& comparison = table.comparison;
  const bool some_diverged = std::any_of(table.diverged.begin(), table.diverged.end(),
                                         [](size_t count) { return count > 0; });
  std::vector<std::vector<std::string>> lines{comparison.keys};
  lines.front().insert(lines.front().end(), {"n", "loss", "sd", "95 % interval", "accuracy", "sd",
                                             "95 % interval", "solved"});
  if (some_diverged) lines.front().emplace_back("diverged");
  for (const size_t index : table.order) {
    const Setting& setting = comparison.settings[index];
    std::vector<std::string> line;
    for (const std::string& value : setting.values) line.push_back(cell_text(value));
    const std::vector<std::string> cells = measured_cells(setting);
    line.insert(line.end(), cells.begin(), cells.end());
    if (some_diverged) line.push_back(std::to_string(table.diverged[index]));
    lines.push_back(std::move(line));
  }
  return lines;
}

bool is_any_column(size_t) {
  return true;
}

}  // namespace

std::string SweepTable::text() const {
  return aligned(table_lines(*this), is_any_column) + best_text();
}

std::string SweepTable::markdown() const {
  const std::string best = best_text();
  return markdown_table(table_lines(*this), is_any_column) + (best.empty() ? "" : "\n" + best);
}

std::string SweepTable::csv() const {
  return comparison_csv(comparison);
}

JsonValue SweepTable::json() const {
  JsonValue best;
  if (has_best) best = comparison.settings[order.front()].name;
  return comparison_json(comparison).add("best", best);
}

std::string SweepTable::best_text() const {
  if (!has_best || order.size() < 2) return "";
  const Setting& best = comparison.settings[order[0]];
  const Setting& next = comparison.settings[order[1]];
  std::string text =
      fmt::format("best: {}: the lowest mean held-out loss", values_text(comparison, best));
  const Summary more = paired_difference(best.losses, next.losses);
  text += "; next: " + values_text(comparison, next) + ": ";
  if (!shows_difference(more)) {
    return text + (more.n < 2 ? "too few seeds to show a difference\n" : "no difference shown\n");
  }
  return text + fmt::format("{} more, 95 % interval {}, paired by {} seeds\n", rounded(more.mean),
                            range_of(more.interval), more.n);
}

SweepTable sweep_table(const std::vector<RunSummary>& runs) {
  SweepTable table{.comparison = compare_runs(runs, Compared::best), .order = {}, .diverged = {}};
  const Comparison& comparison = table.comparison;
  for (const Setting& setting : comparison.settings) {
    table.diverged.push_back(static_cast<size_t>(std::count_if(
        setting.runs.begin(), setting.runs.end(),
        [&](size_t run) { return comparison.runs[run].state == RunState::diverged; })));
  }
  const auto is_whole = [&](size_t index) {
    const Setting& setting = comparison.settings[index];
    return table.diverged[index] == 0 && setting.losses.size() == setting.runs.size();
  };
  const auto rank = [&](size_t index) {
    const double mean = summary_by_seed(comparison.settings[index].losses).mean;
    return std::tuple(!is_whole(index), std::isnan(mean) ? INFINITY : mean);
  };
  table.order.resize(comparison.settings.size());
  std::iota(table.order.begin(), table.order.end(), size_t{0});
  std::stable_sort(table.order.begin(), table.order.end(),
                   [&](size_t a, size_t b) { return rank(a) < rank(b); });
  table.has_best = !table.order.empty() && is_whole(table.order.front());
  return table;
}

}  // namespace heed
