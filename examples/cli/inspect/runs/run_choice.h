// Which runs a list shows and in which order: by columns, and by keys of their configurations.
#pragma once

#include <string>
#include <vector>

#include "heed/examples/cli/runs/run_summary.h"

namespace heed {

/// What of a run can be named besides the keys of its configuration: "run", "loss", …
std::vector<std::string> run_columns();

/// The value of a column or a key; "" if the run has none.
std::string run_value(const RunSummary& run, const std::string& name);

/// Keeps the runs for which all conditions "key=value" hold; numbers are compared as numbers. A key
/// may be the end of a path, "lr" of "train.lr", if that is clear. Throws ConfigError.
void keep_where(std::vector<RunSummary>& runs, const std::vector<std::string>& conditions);

/// Sorts by a column or key: numbers by size and before texts, runs without the key last. Throws
/// ConfigError.
void sort_by(std::vector<RunSummary>& runs, const std::string& key, bool is_descending);

}  // namespace heed
