// The data flow of a traced computation as a picture, for `heed graph`.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "heed/examples/cli/inspect/trace/recorder.h"

namespace heed {

/// In Graphviz's language: a box for each op and an ellipse for each of `names` that is read, in
/// frames nested as the modules are; arrows follow the data and show its axes and sizes.
std::string trace_dot(const TraceRecorder& trace,
                      const std::vector<std::pair<std::string, Tensor>>& names,
                      const std::string& title);

}  // namespace heed
