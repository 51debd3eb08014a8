// Reports: what `heed report` and `heed train --report` write.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "heed/examples/cli/report/engine_files.h"
#include "heed/examples/cli/training/registry.h"

namespace heed {

struct ReportOptions {
  bool asks_model = true;                  ///< to show examples and the model, too; takes longer
  std::optional<EngineFiles> engine = {};  ///< with it the reader can ask the model
};

/// The report of a run as an HTML file. Throws ConfigError if the path is no run directory.
std::string run_report_html(const Registry& registry, const std::string& run,
                            const ReportOptions& options = {});

/// The report of several runs, overlaid. `paths`: at least two run directories.
std::string several_runs_html(const Registry& registry, const std::vector<std::string>& paths);

}  // namespace heed
