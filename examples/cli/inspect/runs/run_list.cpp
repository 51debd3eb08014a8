#include "heed/examples/cli/inspect/runs/run_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "heed/examples/cli/config/text.h"
#include "heed/examples/cli/inspect/runs/run_choice.h"
#include "heed/examples/cli/inspect/table.h"
#include "heed/examples/cli/inspect/table_formats.h"
#include "heed/framework/base/text.h"

namespace heed {
namespace {

using Rows = std::vector<std::vector<std::string>>;

constexpr const char* none = "–";

std::string step_cell(const RunSummary& run) {
  return text_of(run.step, run.steps ? text_of("/", *run.steps) : "");
}

/// What the run has changed, or what is damaged.
std::string remark(const RunSummary& run) {
  if (run.state == RunState::damaged) return run.why;
  std::string text = run.shipped.shipped;
  for (const auto& [path, value] : run.shipped.changes) {
    text += (text.empty() ? "" : " ") + path + "=" + printable(value);
  }
  return text;
}

Rows list_lines(const std::vector<RunSummary>& runs) {
  Rows lines{{"run", "task", "state", "step", "loss", "accuracy", "time", "configuration"}};
  for (const RunSummary& run : runs) {
    const auto& [best, most] = std::pair(run.best, run.most_accurate);
    lines.push_back({run.path, run.task.empty() ? none : run.task, std::string(name_of(run.state)),
                     step_cell(run), best ? rounded(best->held_out.loss) : none,
                     most ? rounded(most->held_out.sequence_accuracy) : none,
                     duration_text(run.seconds), remark(run)});
    for (std::string& cell : lines.back()) cell = cell_text(cell);
  }
  return lines;
}

bool is_number_column(size_t column) {
  return column >= 3 && column <= 6;
}

JsonValue evaluation_object(const std::optional<MeasuredEvaluation>& evaluation) {
  if (!evaluation) return {};
  return {{"step", evaluation->step},
          {"loss", evaluation->held_out.loss},
          {"token_accuracy", evaluation->held_out.token_accuracy},
          {"sequence_accuracy", evaluation->held_out.sequence_accuracy}};
}

JsonValue text_or_null(const std::string& text) {
  return text.empty() ? JsonValue() : JsonValue(text);
}

}  // namespace

std::string rounded(double value) {
  return std::isnan(value) ? none : fmt::format("{:.4g}", value);
}

std::string run_list_text(const std::vector<RunSummary>& runs) {
  return aligned(list_lines(runs), is_number_column);
}

std::string run_list_markdown(const std::vector<RunSummary>& runs) {
  return markdown_table(list_lines(runs), is_number_column);
}

std::string run_list_csv(const std::vector<RunSummary>& runs) {
  std::vector<std::string> names = run_columns();
  const size_t columns = names.size();
  for (const RunSummary& run : runs) {
    for (const auto& [path, value] : run.shipped.changes) {
      if (std::find(names.begin(), names.end(), path) == names.end()) names.push_back(path);
    }
  }
  Rows lines{names};
  for (const RunSummary& run : runs) {
    lines.emplace_back();
    for (const std::string& name : names) lines.back().push_back(run_value(run, name));
  }
  lines.front().insert(lines.front().begin() + static_cast<std::ptrdiff_t>(columns), "why");
  for (size_t i = 0; i < runs.size(); ++i) {
    auto& line = lines[i + 1];
    line.insert(line.begin() + static_cast<std::ptrdiff_t>(columns), runs[i].why);
  }
  return csv_text(lines);
}

JsonValue run_json(const RunSummary& run) {
  JsonValue changes;
  changes.kind = JsonValue::Kind::object;
  for (const auto& [path, value] : run.shipped.changes) {
    const JsonValue* found = run.config.at(path);
    changes.add(path, found == nullptr ? JsonValue() : *found);
  }
  const auto steps = run.steps ? JsonValue(*run.steps) : JsonValue();
  const auto seed = run.seed();
  return {{"run", run.path},
          {"name", run.name},
          {"task", text_or_null(run.task)},
          {"state", name_of(run.state)},
          {"why", text_or_null(run.why)},
          {"step", run.step},
          {"steps", steps},
          {"best", evaluation_object(run.best)},
          {"most_accurate", evaluation_object(run.most_accurate)},
          {"last", evaluation_object(run.last)},
          {"solved", run.solved},
          {"seconds", run.seconds},
          {"started", text_or_null(run.started())},
          {"seed", seed ? JsonValue(*seed) : JsonValue()},
          {"shipped", text_or_null(run.shipped.shipped)},
          {"changes", changes}};
}

}  // namespace heed
