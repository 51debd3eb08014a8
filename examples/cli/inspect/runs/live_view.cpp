#include "heed/examples/cli/inspect/runs/live_view.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <ctime>
#include <optional>
#include <utility>

#include "heed/examples/cli/config/text.h"
#include "heed/examples/cli/inspect/runs/curve.h"
#include "heed/examples/cli/inspect/runs/run_list.h"
#include "heed/examples/cli/inspect/table.h"
#include "heed/examples/cli/inspect/table_formats.h"
#include "heed/examples/cli/runs/run_files.h"
#include "heed/framework/base/text.h"
#include "heed/framework/io/io_error.h"

namespace heed {
namespace {

/// Seconds since the run last wrote a measurement.
std::optional<double> silence_of(const RunSummary& run) {
  struct stat status {};
  if (lstat(metrics_file(run.path).c_str(), &status) != 0) return {};
  return static_cast<double>(std::time(nullptr)) - static_cast<double>(status.st_mtime);
}

std::string state_remark(const RunSummary& run) {
  constexpr double long_silence = 60;  // seconds
  std::string text(name_of(run.state));
  const auto silence = silence_of(run);
  const bool is_silent = run.state == RunState::running && silence && *silence > long_silence;
  return is_silent ? text + ", silent for " + duration_text(*silence) : text;
}

std::string step_text(const RunSummary& run) {
  return text_of(run.step, run.steps ? text_of("/", *run.steps) : "");
}

/// What is damaged, its file without the folder; "" if nothing is.
std::string damage_remark(const RunSummary& run) {
  if (run.state != RunState::damaged) return "";
  const std::string folder = run.path + "/";
  return run.why.substr(run.why.starts_with(folder) ? folder.size() : 0);
}

/// From the speed of the process that trains it now; "" if that is not known.
std::string eta_text(const RunSummary& run) {
  if (run.state != RunState::running || run.sessions.empty() || !run.steps) return "";
  const Session& session = run.sessions.back();
  const auto begun = utc_seconds(session.started);
  const int64_t first = session.first_step.value_or(0);
  if (!begun || first < 0 || first >= run.step || run.step >= *run.steps) return "";
  const double elapsed = std::max(0.0, static_cast<double>(std::time(nullptr)) - *begun);
  const double left = static_cast<double>(*run.steps) - static_cast<double>(run.step);
  return "ETA " + duration_text(elapsed / static_cast<double>(run.step - first) * left);
}

std::string last_evaluation_text(const MeasuredEvaluation& evaluation) {
  return fmt::format("held-out at {}: loss {}, token {}, sequence {}", evaluation.step,
                     rounded(evaluation.held_out.loss), rounded(evaluation.held_out.token_accuracy),
                     rounded(evaluation.held_out.sequence_accuracy));
}

CurvePoints training_losses(const Metrics& metrics) {
  CurvePoints points;
  for (const MeasuredStep& step : metrics.steps) {
    points.emplace_back(static_cast<double>(step.step), step.loss);
  }
  return points;
}

CurvePoints held_out_losses(const Metrics& metrics) {
  CurvePoints points;
  for (const MeasuredEvaluation& evaluation : metrics.evaluations) {
    points.emplace_back(static_cast<double>(evaluation.step), evaluation.held_out.loss);
  }
  return points;
}

/// Cuts a valid text after so many columns.
std::string cut(std::string_view text, size_t columns) {
  std::string kept;
  size_t width = 0;
  while (!text.empty()) {
    const std::string_view next = take_code_point(text);
    width += displayed_width(next);
    if (width > columns) return kept;
    kept += next;
  }
  return kept;
}

std::vector<std::string> view_of_one(const WatchedRun& run, TerminalSize size) {
  const auto& [summary, metrics] = run;
  const std::string eta = eta_text(summary);
  std::vector<std::string> lines{
      summary.path + ": " + (summary.task.empty() ? "" : summary.task + ", ") +
      state_remark(summary) + ", step " + step_text(summary) + (eta.empty() ? "" : ", " + eta)};
  if (summary.state == RunState::damaged) lines.push_back(damage_remark(summary));
  constexpr size_t other_lines = 6, most_rows = 16;
  const size_t rows = size.lines > other_lines ? std::min(size.lines - other_lines, most_rows) : 0;
  const auto curve =
      drawn_curve(training_losses(metrics), held_out_losses(metrics), size.columns, rows);
  lines.insert(lines.end(), curve.begin(), curve.end());
  if (!metrics.steps.empty()) {
    const MeasuredStep& step = metrics.steps.back();
    lines.push_back(fmt::format("train loss {}  lr {}  gradient {}  {} tokens/s",
                                rounded(step.loss), rounded(step.lr), rounded(step.grad_norm),
                                rounded(step.tokens_per_second)));
  }
  if (summary.last) {
    lines.push_back(last_evaluation_text(*summary.last) + "  (o)");
    if (summary.best) {
      lines.back() += fmt::format("; best loss {} at {}", rounded(summary.best->held_out.loss),
                                  summary.best->step);
    }
  }
  return lines;
}

/// A bar of ten characters.
std::string bar_of(const RunSummary& run) {
  constexpr double parts = 10;
  if (!run.steps || *run.steps <= 0) return "";
  const double share = static_cast<double>(run.step) / static_cast<double>(*run.steps);
  const auto done = static_cast<size_t>(parts * std::clamp(share, 0.0, 1.0));
  return "[" + std::string(done, '#') + std::string(static_cast<size_t>(parts) - done, '-') + "]";
}

std::vector<std::string> view_of_many(std::vector<WatchedRun> runs, TerminalSize size) {
  const size_t room = size.lines > 3 ? size.lines - 3 : 1;
  const size_t count = runs.size();
  if (count > room) {
    std::stable_partition(runs.begin(), runs.end(), [](const WatchedRun& run) {
      return run.summary.state == RunState::running;
    });
    runs.resize(room);
  }
  std::vector<std::vector<std::string>> cells{
      {"run", "", "step", "state", "held-out", "accuracy", "train loss", ""}};
  for (const auto& [run, metrics] : runs) {
    const std::string eta = eta_text(run);
    cells.push_back(
        {run.path, bar_of(run), step_text(run), state_remark(run) + (eta.empty() ? "" : ", " + eta),
         run.last ? rounded(run.last->held_out.loss) : "–",
         run.last ? rounded(run.last->held_out.sequence_accuracy) : "–",
         metrics.steps.empty() ? "–" : rounded(metrics.steps.back().loss), damage_remark(run)});
    for (std::string& cell : cells.back()) cell = cell_text(cell);
  }
  std::vector<std::string> lines;
  std::string table =
      aligned(cells, [](size_t column) { return column == 2 || (column >= 4 && column <= 6); });
  for (size_t end = table.find('\n'); end != std::string::npos; end = table.find('\n')) {
    lines.push_back(table.substr(0, end));
    table.erase(0, end + 1);
  }
  if (count > runs.size()) lines.push_back(text_of("and ", count - runs.size(), " more"));
  return lines;
}

}  // namespace

WatchedRun read_watched(const std::string& run) {
  constexpr int tries = 2;  // a run that is resumed just now cuts off its metrics
  for (int i = 0; i < tries; ++i) {
    try {
      Metrics metrics = read_metrics(run);
      return {read_summary(run, metrics), std::move(metrics)};
    } catch (const IoError&) {
      continue;
    }
  }
  return {read_summary(run), {}};  // which says what is damaged
}

std::vector<std::string> live_view(const std::vector<WatchedRun>& runs, TerminalSize size) {
  std::vector<std::string> lines =
      runs.size() == 1 ? view_of_one(runs.front(), size) : view_of_many(runs, size);
  for (std::string& line : lines) line = cut(cell_text(line), size.columns);
  return lines;
}

}  // namespace heed
