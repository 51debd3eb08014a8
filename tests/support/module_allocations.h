// Counts what C++ code allocates, to show that some does not.
#pragma once

#include <cstdint>

namespace heed::testing {

/// How often operator new was called in this program so far.
int64_t allocations();

}  // namespace heed::testing
