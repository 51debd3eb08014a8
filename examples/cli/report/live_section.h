// The section of a report in which the reader asks the model.
#pragma once

#include <string>

#include "heed/examples/cli/report/run_report.h"

namespace heed {

/// HTML, with the file of the model in it. Throws ConfigError if the report has no model, or one
/// that is too large for a page.
std::string live_section(const RunReport& report);

}  // namespace heed
