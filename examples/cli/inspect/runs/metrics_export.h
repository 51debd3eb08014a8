// The metrics of a run in forms that other programs read.
#pragma once

#include <string>
#include <vector>

#include "heed/examples/cli/inspect/runs/event_file.h"
#include "heed/examples/cli/runs/metrics.h"
#include "heed/examples/cli/runs/run_summary.h"

namespace heed {

/// Long form: a line "run,step,key,value" for each number, with the keys of metrics.jsonl. What is
/// not a finite number has no line.
std::string metrics_csv(const std::string& run, const Metrics& metrics);

/// For TensorBoard, tags being "train/loss", "held_out/loss", "training_set/loss" and so on. When a
/// step was taken is not recorded: their times are spread evenly over the time of the run.
std::vector<ScalarEvent> scalar_events(const RunSummary& run, const Metrics& metrics);

}  // namespace heed
