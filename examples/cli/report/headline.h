// The head of a report of one run, and its last section: how well it did, and what it was.
#pragma once

#include <string>

#include "heed/examples/cli/report/run_report.h"

namespace heed {

/// Name, state, numbers, and what is missing.
std::string headline_html(const RunReport& report);

/// The section of what the run was: configuration, processes, the command that reproduces it.
std::string origin_html(const RunReport& report);

/// A number of the headline, with its name and what it is a number of.
std::string tile_html(const std::string& name, const std::string& value, const std::string& detail);

/// A list of what is missing; empty if nothing is.
std::string warnings_html(const std::vector<std::string>& warnings);

}  // namespace heed
