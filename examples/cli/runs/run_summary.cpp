#include "heed/examples/cli/runs/run_summary.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>
#include <filesystem>
#include <map>
#include <utility>

#include "heed/examples/cli/runs/run_files.h"
#include "heed/framework/base/text.h"
#include "heed/framework/io/folder.h"
#include "heed/framework/io/io_error.h"
#include "heed/framework/io/read_file.h"

namespace heed {
namespace {

constexpr const char* seed_key = "train.seed";

std::string last_part(const std::string& path) {
  std::error_code ignored;
  const auto whole = std::filesystem::absolute(path, ignored).lexically_normal();
  return (whole.has_filename() ? whole : whole.parent_path()).filename().string();
}

void damage(RunSummary& summary, const std::string& why) {
  if (summary.state != RunState::damaged) summary.why = why;
  summary.state = RunState::damaged;
}

void add_config(RunSummary& summary) {
  const std::string file = config_file(summary.path);
  try {
    summary.config = read_json(read_file(file, json_size_limit, Links::refuse));
  } catch (const JsonError& error) {
    return damage(summary, text_of(file, ": damaged: not JSON at byte ", error.offset(), ": ",
                                   std::string_view(error.what())));
  } catch (const IoError& error) {
    return damage(summary, error.what());
  }
  summary.values = flat_config(summary.config);
  const std::string* task = value_at(summary.values, "task.type");
  if (task == nullptr) return damage(summary, file + ": damaged: it has no \"task.type\"");
  summary.task = *task;
  const std::string* steps = value_at(summary.values, "train.steps");
  if (steps != nullptr) summary.steps = parse_number<int64_t>(*steps);
  summary.shipped = changes_from_shipped(summary.values);
}

void add_metrics(RunSummary& summary, const Metrics& metrics) {
  summary.warnings = metrics.warnings;
  if (!metrics.steps.empty()) summary.step = metrics.steps.back().step;
  for (const MeasuredEvaluation& evaluation : metrics.evaluations) {
    const auto& [loss, token_accuracy, accuracy] = evaluation.held_out;
    if (!std::isnan(loss) && (!summary.best || loss < summary.best->held_out.loss)) {
      summary.best = evaluation;
    }
    const auto& most = summary.most_accurate;
    if (!std::isnan(accuracy) && (!most || accuracy > most->held_out.sequence_accuracy)) {
      summary.most_accurate = evaluation;
    }
    summary.last = evaluation;
    summary.step = std::max(summary.step, evaluation.step);
  }
  const std::string* stop_at = value_at(summary.values, "train.stop_at");
  const auto wanted = stop_at == nullptr ? std::nullopt : parse_number<double>(*stop_at);
  summary.solved = summary.most_accurate && summary.most_accurate->held_out.sequence_accuracy >=
                                                wanted.value_or(usual_solved_accuracy);
}

RunState state_of(const RunSummary& summary) {
  if (summary.sessions.empty()) {
    return summary.steps && summary.step >= *summary.steps ? RunState::done : RunState::unknown;
  }
  const std::string& end = summary.sessions.back().end;
  if (end == "running") return RunState::killed;  // no process has the lock
  if (end == "finished") return RunState::done;
  if (end.starts_with("interrupted")) return RunState::interrupted;
  if (end.starts_with("diverged")) return RunState::diverged;
  return end.starts_with("failed") ? RunState::failed : RunState::unknown;
}

void add_state(RunSummary& summary) {
  try {
    summary.sessions = RunRecord::read(summary.path).sessions();
    if (FolderLock::owner(summary.path, lock_name)) {
      summary.state = RunState::running;
      return;
    }
    // It may have ended between the two.
    summary.sessions = RunRecord::read(summary.path).sessions();
  } catch (const IoError& error) {
    return damage(summary, error.what());
  }
  summary.state = state_of(summary);
  if (summary.state == RunState::diverged || summary.state == RunState::failed) {
    summary.why = summary.sessions.back().end;
  }
}

/// When a process that did not say so ended: not before it measured something for the last time.
std::optional<double> last_sign(const RunSummary& summary) {
  if (summary.state == RunState::running) return static_cast<double>(std::time(nullptr));
  struct stat status {};
  if (lstat(metrics_file(summary.path).c_str(), &status) != 0) return {};
  return static_cast<double>(status.st_mtime);
}

void add_seconds(RunSummary& summary) {
  constexpr double most = 1e12;
  for (const Session& session : summary.sessions) {
    const double seconds = session.seconds.value_or(0);
    if (seconds > 0 && seconds < most) summary.seconds += seconds;
  }
  if (summary.sessions.empty() || summary.sessions.back().seconds) return;
  const auto begun = utc_seconds(summary.sessions.back().started);
  const auto end = last_sign(summary);
  if (begun && end) summary.seconds += std::max(0.0, *end - *begun);
}

RunSummary summary_with(const std::string& run, const Metrics* metrics, const std::string& fault) {
  RunSummary summary{.path = run, .name = last_part(run), .task = ""};
  add_state(summary);
  add_config(summary);
  if (metrics != nullptr) {
    add_metrics(summary, *metrics);
  } else {
    damage(summary, fault);
  }
  if (summary.sessions.empty() && summary.state == RunState::unknown) {
    summary.state = state_of(summary);  // which the steps decide
  }
  add_seconds(summary);
  return summary;
}

}  // namespace

std::string_view name_of(RunState state) {
  constexpr std::array names{"running", "done",   "interrupted", "diverged",
                             "failed",  "killed", "unknown",     "damaged"};
  return names.at(static_cast<size_t>(state));
}

std::optional<int64_t> RunSummary::seed() const {
  const std::string* value = value_at(values, seed_key);
  return value == nullptr ? std::nullopt : parse_number<int64_t>(*value);
}

RunSummary read_summary(const std::string& run) {
  try {
    const Metrics metrics = read_metrics(run);
    return summary_with(run, &metrics, "");
  } catch (const IoError& error) {
    return summary_with(run, nullptr, error.what());
  }
}

RunSummary read_summary(const std::string& run, const Metrics& metrics) {
  return summary_with(run, &metrics, "");
}

std::optional<double> utc_seconds(const std::string& time) {
  std::tm utc{};
  const char* end = strptime(time.c_str(), "%Y-%m-%dT%H:%M:%SZ", &utc);
  if (end == nullptr || *end != '\0') return {};
  return static_cast<double>(timegm(&utc));
}

std::vector<RunGroup> group_by_seed(const std::vector<RunSummary>& runs) {
  std::vector<RunGroup> groups;
  std::map<FlatConfig, size_t> places;
  for (size_t i = 0; i < runs.size(); ++i) {
    FlatConfig setting = runs[i].values;
    std::erase_if(setting, [](const auto& member) { return member.first == seed_key; });
    std::sort(setting.begin(), setting.end());
    const auto [place, is_new] = places.emplace(std::move(setting), groups.size());
    if (is_new) groups.emplace_back();
    groups[place->second].push_back(i);
  }
  return groups;
}

}  // namespace heed
