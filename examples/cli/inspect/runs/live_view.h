// What `heed watch` shows of runs that go on elsewhere.
#pragma once

#include <string>
#include <vector>

#include "heed/examples/cli/runs/metrics.h"
#include "heed/examples/cli/runs/run_summary.h"
#include "heed/examples/cli/runs/terminal.h"

namespace heed {

/// A run with what it has measured so far.
struct WatchedRun {
  RunSummary summary;
  Metrics metrics;
};
WatchedRun read_watched(const std::string& run);

/// Lines for a place of this size: of one run the curve of its losses, its last step and its
/// evaluations; of several a line each, and of so many that they do not fit those that go on first.
std::vector<std::string> live_view(const std::vector<WatchedRun>& runs, TerminalSize size);

}  // namespace heed
