// A comparison as tables and as JSON.
#pragma once

#include <string>

#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/inspect/runs/comparison.h"

namespace heed {

std::string comparison_text(const Comparison& comparison);
std::string comparison_markdown(const Comparison& comparison);
/// A line for each setting, with exact numbers.
std::string comparison_csv(const Comparison& comparison);
JsonValue comparison_json(const Comparison& comparison);

}  // namespace heed
