// What `heed trace` shows: a table to be read from top to bottom, or JSON lines.
#pragma once

#include <string>
#include <vector>

#include "heed/examples/cli/inspect/trace/recorder.h"

namespace heed {

/// The steps of a path; numbers stay with what they number: encoder, blocks.0, attention.
std::vector<std::string> module_steps(const std::string& path);

struct TraceTotals {
  int64_t ops = 0;
  int64_t views = 0;
  int64_t copies = 0;
  int64_t computed = 0;
  int64_t bytes = 0;  ///< of new memory
};
TraceTotals totals_of(const TraceRecorder& trace);

/// Modules as a tree, the op, what it reads, named axes, sizes, memory. Ends with a line break.
std::string trace_table(const TraceRecorder& trace);
/// A line for each op. Ends with a line break.
std::string trace_json(const TraceRecorder& trace);
/// `B = 2 · H = 3`: what the letters stand for.
std::string letters_text(const TraceRecorder& trace);

}  // namespace heed
