// The data flow of a traced computation as a picture, for `heed graph`.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "heed/examples/cli/inspect/trace/recorder.h"

namespace heed {

/// In Graphviz's language: a box for each op and an ellipse for each of `names` that is read, in
/// frames within frames as the modules are within each other; arrows go the way of the data and
/// say its axes and sizes. `title` stands above.
std::string trace_dot(const TraceRecorder& trace,
                      const std::vector<std::pair<std::string, Tensor>>& names,
                      const std::string& title);

}  // namespace heed
