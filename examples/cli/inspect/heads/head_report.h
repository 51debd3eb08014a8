// What `heed heads` shows.
#pragma once

#include <string>

#include "heed/examples/cli/inspect/heads/head_lab.h"

namespace heed {

/// Tables and pictures. Ends with a line break.
std::string head_text(const HeadLabReport& report, const std::string& config);
/// A line for each head and one for the whole. Ends with a line break.
std::string head_json(const HeadLabReport& report, const std::string& config);

}  // namespace heed
