#include "heed/examples/cli/report/run_report.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/runs/trained_task.h"
#include "heed/examples/cli/snapshots/checkpoint_snapshots.h"
#include "heed/examples/cli/training/failure.h"
#include "heed/framework/base/text.h"

namespace heed {
namespace {

constexpr int64_t most_sequences = 512;

/// Calls `read`; if it cannot, says what is missing.
template <class Read>
void attempt(RunReport& report, const std::string& missing, const Read& read) {
  try {
    read();
  } catch (const Interrupted&) {
    throw;
  } catch (const Error& error) {
    report.warnings.push_back(missing + ": " + error.what());
  }
}

/// What the heads of each kept checkpoint look at: of a run that took no snapshots.
void ask_checkpoints(RunReport& report, const Registry& registry) {
  report.snapshots = checkpoint_snapshots(registry, report.summary.path, report.warnings);
  if (report.snapshots.empty()) return;
  report.warnings.push_back("the run took no snapshots of its heads (train.snapshots); shown: " +
                            counted(std::ssize(report.snapshots), "kept checkpoint"));
}

void ask_model(RunReport& report, const Registry& registry) {
  StoredModel stored = read_stored_model(report.summary.path);
  std::optional<TrainedTask> data;
  attempt(report, "no examples, the data of the task is missing", [&] {
    data = open_task(registry, stored, {});
    for (const std::string& warning : data->warnings) report.warnings.push_back(warning);
  });
  TrainedModel trained = trained_model(std::move(stored), registry);
  report.model = ReportedModel{trained.path, std::move(trained.model), std::move(trained.form)};
  if (!data) return;
  attempt(report, "no examples", [&] {
    report.model->answers = held_out_answers(*report.model->model, *data->task,
                                             data->training.batch_size, most_sequences);
  });
  if (!report.snapshots.empty()) return;
  attempt(report, "no heads over steps", [&] { ask_checkpoints(report, registry); });
}

}  // namespace

RunReport read_run_report(const Registry& registry, const std::string& run, bool asks_model) {
  RunReport report{.summary = {}, .metrics = {}};
  attempt(report, "no curves", [&] { report.metrics = read_metrics(run); });
  report.summary = read_summary(run, report.metrics);
  for (const std::string& warning : report.summary.warnings) report.warnings.push_back(warning);
  if (report.metrics.steps.empty() && report.metrics.evaluations.empty()) {
    report.warnings.push_back("the run has not measured anything yet");
  }
  attempt(report, "no heads over steps",
          [&] { report.snapshots = read_snapshots(run, report.warnings); });
  if (asks_model) {
    attempt(report, "neither examples nor model", [&] { ask_model(report, registry); });
  }
  return report;
}

double batch_size_of(const RunSummary& summary) {
  const JsonValue* size = summary.config.at("train.batch_size");
  return size == nullptr ? 0 : parse_number<double>(size->text).value_or(0);
}

}  // namespace heed
