// RunGroups: several runs, those that differ only in their seed together, with what tells the
// groups from each other.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "heed/examples/cli/report/report_figure.h"
#include "heed/examples/cli/report/run_report.h"

namespace heed {

struct NamedGroup {
  std::string label;         ///< "lr=0.003, heads=2"; the run's name if no key differs
  std::vector<size_t> runs;  ///< their numbers
};

struct RunGroups {
  std::vector<DifferingKey> keys;  ///< with a value for each run
  std::vector<NamedGroup> groups;
};
RunGroups groups_of(const std::vector<RunReport>& runs);

/// The lines of all runs in one figure for each measurement: of a group of several runs the mean
/// with a band from the least to the most, as far as all of them have come, and each run behind it.
std::vector<ReportFigure> overlaid_curves(const std::vector<RunReport>& runs,
                                          const RunGroups& groups);

/// The mean at every x that all series have, with the least and the most there.
Series mean_of(const std::string& name, const std::vector<Series>& all);

}  // namespace heed
