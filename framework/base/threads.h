// The threads behind parallel_for (threads.cpp); a target that has none compiles no_threads.cpp.
#pragma once

#include <cstdint>

#include "heed/framework/base/parallel.h"

namespace heed::detail {

/// A loop of parallel_for.
struct Job {
  int64_t size, grain;
  uint64_t chunks;
  ChunkBody body;
  const void* context;

  void run(uint64_t chunk) const {
    const int64_t begin = static_cast<int64_t>(chunk) * grain;
    body(context, begin, size - begin > grain ? begin + grain : size);
  }
};

/// Runs all chunks on `threads` threads, this one included, and rethrows what the lowest one threw.
/// False, having done nothing, if another loop has the threads, or if there are none.
bool run_on_threads(const Job& job, int threads);

/// Functions for fork(), as pthread_atfork has them; for the life of the process.
void at_fork(void (*before)(), void (*in_parent)(), void (*in_child)());

}  // namespace heed::detail
