// RunReport: all that a report shows of one run, read from its directory. What is missing or
// damaged leaves a gap and a sentence that says so.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "heed/examples/cli/report/held_out_answers.h"
#include "heed/examples/cli/runs/metrics.h"
#include "heed/examples/cli/runs/run_summary.h"
#include "heed/examples/cli/snapshots/snapshot.h"
#include "heed/examples/cli/training/registry.h"

namespace heed {

/// What a checkpoint of the run adds.
struct ReportedModel {
  std::string checkpoint;  ///< its path
  std::unique_ptr<Model> model;
  TaskForm form;
  std::optional<HeldOutAnswers> answers{};  ///< none if the task's data is not there
};

struct RunReport {
  RunSummary summary;
  Metrics metrics;
  std::vector<Snapshot> snapshots{};
  std::optional<ReportedModel> model{};
  std::vector<std::string> warnings{};  ///< what is missing, and why
};

/// Reads the run, and asks its newest checkpoint some held-out sequences if it `asks_model`. Throws
/// ConfigError if the path is no run directory.
RunReport read_run_report(const Registry& registry, const std::string& run, bool asks_model = true);

/// How many sequences there are in a step; 0 if the configuration does not say.
double batch_size_of(const RunSummary& summary);

}  // namespace heed
