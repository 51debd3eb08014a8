// The JSON Schema of a configuration, for editors.
#pragma once

#include <string>

#include "heed/examples/cli/config/table.h"

namespace heed {

/// JSON Schema (draft 2020-12) of the table: types, ranges, choices, defaults, help, and for each
/// type of a typed section its own keys. What it cannot say: that 4.0 is no integer, that a name
/// is given once, and what is only wrong together.
std::string json_schema(const ConfigTable& table);

}  // namespace heed
