// A matrix as JSON.
#pragma once

#include <cstdint>

#include "heed/examples/cli/config/json.h"

namespace heed {

/// The rows of a matrix that begins at `first`.
JsonValue rows_json(const float* first, int64_t rows, int64_t columns);

}  // namespace heed
