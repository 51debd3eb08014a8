#include "heed/examples/cli/inspect/runs/comparison_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "heed/examples/cli/inspect/runs/run_list.h"
#include "heed/examples/cli/inspect/table.h"
#include "heed/examples/cli/inspect/table_formats.h"
#include "heed/framework/base/text.h"

namespace heed {
namespace {

using Rows = std::vector<std::vector<std::string>>;

struct TitledTable {
  std::string title;
  Rows lines;  // the first one is the heading
};

std::string interval_text(const std::optional<Interval>& interval) {
  return interval ? rounded(interval->low) + " to " + rounded(interval->high) : "–";
}

std::vector<double> values_of(const ValueBySeed& by_seed) {
  std::vector<double> values;
  for (const auto& [seed, value] : by_seed) values.push_back(value);
  return values;
}

int64_t count_of_runs(const Setting& setting) {
  return static_cast<int64_t>(setting.runs.size());
}

TitledTable runs_table(const Comparison& comparison) {
  TitledTable table{
      fmt::format("{} of {} in {}", counted(static_cast<int64_t>(comparison.runs.size()), "run"),
                  printable(comparison.runs.front().task),
                  counted(static_cast<int64_t>(comparison.settings.size()), "setting")),
      {{"setting", "run"}}};
  auto& heading = table.lines.front();
  heading.insert(heading.end(), comparison.keys.begin(), comparison.keys.end());
  heading.insert(heading.end(), {"train.seed", "step", "loss", "accuracy"});
  for (const Setting& setting : comparison.settings) {
    for (const size_t index : setting.runs) {
      const RunSummary& run = comparison.runs[index];
      const auto seed = run.seed();
      std::vector<std::string> line{setting.name, run.path};
      line.insert(line.end(), setting.values.begin(), setting.values.end());
      const auto value = [&](const ValueBySeed& values) {
        const auto found = values.find(seed.value_or(0));
        return rounded(found == values.end() ? NAN : found->second);
      };
      line.insert(line.end(), {seed ? std::to_string(*seed) : "–", std::to_string(run.step),
                               value(setting.losses), value(setting.accuracies)});
      table.lines.push_back(std::move(line));
    }
  }
  return table;
}

TitledTable measure_table(const Comparison& comparison, const std::string& title,
                          ValueBySeed Setting::*values) {
  TitledTable table{title,
                    {{"setting", "n", "mean", "sd", "95 % interval", "median", "min", "max"}}};
  for (const Setting& setting : comparison.settings) {
    const Summary summary = summary_of(values_of(setting.*values));
    table.lines.push_back({setting.name, std::to_string(summary.n), rounded(summary.mean),
                           rounded(summary.sd), interval_text(summary.interval),
                           rounded(summary.median), rounded(summary.least), rounded(summary.most)});
  }
  return table;
}

TitledTable solved_table(const Comparison& comparison) {
  TitledTable table{"solved", {{"setting", "solved", "share", "95 % interval"}}};
  for (const Setting& setting : comparison.settings) {
    const int64_t n = count_of_runs(setting);
    table.lines.push_back({setting.name, fmt::format("{} of {}", setting.solved, n),
                           rounded(static_cast<double>(setting.solved) / static_cast<double>(n)),
                           interval_text(wilson_interval(setting.solved, n))});
  }
  return table;
}

std::string finding(const Summary& difference) {
  if (difference.n == 0) return "no seed in common";
  if (difference.n == 1) return "one seed shows nothing";
  if (!shows_difference(difference)) return "no difference shown";
  return difference.mean > 0 ? "higher" : "lower";
}

TitledTable differences_table(const Comparison& comparison) {
  TitledTable table{"differences, paired by seed",
                    {{"settings", "of", "seeds", "mean", "sd", "95 % interval", "result"}}};
  for (const Difference& difference : comparison.differences) {
    for (const auto& [name, summary] :
         {std::pair("loss", difference.loss), std::pair("accuracy", difference.accuracy)}) {
      table.lines.push_back({difference.to + " - " + difference.from, name,
                             std::to_string(summary.n), rounded(summary.mean), rounded(summary.sd),
                             interval_text(summary.interval), finding(summary)});
    }
  }
  return table;
}

std::vector<TitledTable> titled_tables(const Comparison& comparison) {
  std::vector<TitledTable> tables{
      runs_table(comparison), measure_table(comparison, "held-out loss", &Setting::losses),
      measure_table(comparison, "held-out sequence accuracy", &Setting::accuracies),
      solved_table(comparison)};
  if (!comparison.differences.empty()) tables.push_back(differences_table(comparison));
  for (TitledTable& table : tables) {
    for (auto& line : table.lines) {
      for (std::string& cell : line) cell = cell_text(cell);
    }
  }
  return tables;
}

bool is_flush_left(const std::string& heading) {
  return heading == "setting" || heading == "settings" || heading == "run" || heading == "of" ||
         heading == "result";
}

JsonValue number(double value) {
  return value;  // null for NaN
}

JsonValue summary_json(const Summary& summary) {
  JsonValue json = {{"n", summary.n},
                    {"mean", number(summary.mean)},
                    {"sd", number(summary.sd)},
                    {"median", number(summary.median)},
                    {"min", number(summary.least)},
                    {"max", number(summary.most)}};
  json.add("low", summary.interval ? number(summary.interval->low) : JsonValue());
  return json.add("high", summary.interval ? number(summary.interval->high) : JsonValue());
}

JsonValue difference_json(const Summary& summary) {
  return summary_json(summary).add("is_shown", shows_difference(summary));
}

JsonValue setting_json(const Comparison& comparison, const Setting& setting) {
  JsonValue values;
  values.kind = JsonValue::Kind::object;
  for (size_t i = 0; i < comparison.keys.size(); ++i) {
    values.add(comparison.keys[i], setting.values[i]);
  }
  std::vector<std::string> runs;
  for (const size_t index : setting.runs) runs.push_back(comparison.runs[index].path);
  const Interval solved = wilson_interval(setting.solved, count_of_runs(setting));
  return {{"setting", setting.name},
          {"values", values},
          {"runs", runs},
          {"loss", summary_json(summary_of(values_of(setting.losses)))},
          {"accuracy", summary_json(summary_of(values_of(setting.accuracies)))},
          {"solved", JsonValue{{"k", setting.solved},
                               {"n", count_of_runs(setting)},
                               {"low", solved.low},
                               {"high", solved.high}}}};
}

std::string exact(double value) {
  return std::isnan(value) ? "" : fmt::format("{}", value);
}

void add_csv_names(std::vector<std::string>& heading, const std::string& measure) {
  for (const char* part : {"n", "mean", "sd", "low", "high"}) {
    heading.push_back(measure + "_" + part);
  }
}

void add_csv_cells(std::vector<std::string>& line, const Summary& summary) {
  const auto [low, high] = summary.interval.value_or(Interval{NAN, NAN});
  line.insert(line.end(), {std::to_string(summary.n), exact(summary.mean), exact(summary.sd),
                           exact(low), exact(high)});
}

}  // namespace

std::string comparison_text(const Comparison& comparison) {
  std::string text;
  for (const TitledTable& table : titled_tables(comparison)) {
    const auto& heading = table.lines.front();
    text += (text.empty() ? "" : "\n") + table.title + "\n" +
            aligned(table.lines, [&](size_t column) { return !is_flush_left(heading[column]); });
  }
  return text;
}

std::string comparison_markdown(const Comparison& comparison) {
  std::string text;
  for (const TitledTable& table : titled_tables(comparison)) {
    const auto& heading = table.lines.front();
    text +=
        (text.empty() ? "**" : "\n**") + table.title + "**\n\n" +
        markdown_table(table.lines, [&](size_t column) { return !is_flush_left(heading[column]); });
  }
  return text;
}

std::string comparison_csv(const Comparison& comparison) {
  Rows lines{{"setting"}};
  auto& heading = lines.front();
  heading.insert(heading.end(), comparison.keys.begin(), comparison.keys.end());
  for (const char* measure : {"loss", "accuracy"}) add_csv_names(heading, measure);
  heading.insert(heading.end(), {"solved", "runs", "solved_low", "solved_high"});
  for (const char* measure : {"loss_difference", "accuracy_difference"}) {
    add_csv_names(heading, measure);
  }
  for (const Setting& setting : comparison.settings) {
    std::vector<std::string> line{setting.name};
    line.insert(line.end(), setting.values.begin(), setting.values.end());
    add_csv_cells(line, summary_of(values_of(setting.losses)));
    add_csv_cells(line, summary_of(values_of(setting.accuracies)));
    const auto [low, high] = wilson_interval(setting.solved, count_of_runs(setting));
    line.insert(line.end(), {std::to_string(setting.solved), std::to_string(count_of_runs(setting)),
                             exact(low), exact(high)});
    const auto& differences = comparison.differences;
    const auto found =
        std::find_if(differences.begin(), differences.end(),
                     [&](const Difference& difference) { return difference.to == setting.name; });
    const Summary none = summary_of({});
    add_csv_cells(line, found == differences.end() ? none : found->loss);
    add_csv_cells(line, found == differences.end() ? none : found->accuracy);
    lines.push_back(std::move(line));
  }
  return csv_text(lines);
}

JsonValue comparison_json(const Comparison& comparison) {
  std::vector<JsonValue> settings, differences;
  for (const Setting& setting : comparison.settings) {
    settings.push_back(setting_json(comparison, setting));
  }
  for (const auto& [from, to, loss, accuracy] : comparison.differences) {
    differences.push_back({{"from", from},
                           {"to", to},
                           {"loss", difference_json(loss)},
                           {"accuracy", difference_json(accuracy)}});
  }
  return {{"task", comparison.runs.front().task},
          {"keys", comparison.keys},
          {"settings", settings},
          {"differences", differences},
          {"notes", comparison.notes}};
}

}  // namespace heed
