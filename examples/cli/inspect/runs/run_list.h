// Lists of runs, a line each.
#pragma once

#include <string>
#include <vector>

#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/runs/run_summary.h"

namespace heed {

/// Rounded for people; "–" for NaN.
std::string rounded(double value);

/// For a terminal, with what each has changed in the shipped configuration.
std::string run_list_text(const std::vector<RunSummary>& runs);
std::string run_list_markdown(const std::vector<RunSummary>& runs);
/// With exact numbers, and a column for each key that one of the runs has changed.
std::string run_list_csv(const std::vector<RunSummary>& runs);
/// A run as an object with exact numbers.
JsonValue run_json(const RunSummary& run);

}  // namespace heed
