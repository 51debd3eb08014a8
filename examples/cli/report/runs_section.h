// The tables of a report of several runs: each run, each group of seeds, and what all have in
// common.
#pragma once

#include <string>
#include <vector>

#include "heed/examples/cli/report/run_groups.h"
#include "heed/examples/cli/report/run_report.h"

namespace heed {

std::string runs_headline_html(const std::vector<RunReport>& runs, const RunGroups& groups,
                               const std::vector<std::string>& warnings);
/// A row for each run, with only the keys that differ.
std::string runs_html(const std::vector<RunReport>& runs, const RunGroups& groups);
/// A row for each group: n, mean, standard deviation, 95 % interval; empty if no group has two
/// runs.
std::string groups_html(const std::vector<RunReport>& runs, const RunGroups& groups);
/// The configuration of the first run, without the keys that differ.
std::string common_html(const std::vector<RunReport>& runs, const RunGroups& groups);

}  // namespace heed
