// Counts what C++ code allocates, to show that some does not, and that other code is modest.
#pragma once

#include <cstdint>

namespace heed::testing {

/// How often operator new was called in this program so far.
int64_t allocations();

/// The most bytes that operator new held at a time since reset_peak_allocated(), less those that it
/// held then. Tensors are not among them: see memory_stats().
int64_t peak_allocated();
void reset_peak_allocated();

}  // namespace heed::testing
