// Text of configurations; the general helpers are those of framework/base/text.h.
#pragma once

#include <string>

#include "heed/examples/cli/config/table.h"
#include "heed/framework/base/text.h"

namespace heed {

/// A value as JSON text; doubles in the shortest form that reads back equal.
std::string config_text(const ConfigValue& value);

}  // namespace heed
