// Example batches: inputs of the form of a task, for analyses that need no particular ones.
#pragma once

#include <cstdint>

#include "heed/examples/cli/tasks/task.h"

namespace heed {

/// Random symbols, as many as the model reads; if the inputs of the task have several lengths, the
/// last sequence is one of the shortest. There are no targets.
Batch example_batch(const TaskForm& form, int64_t sequences);

}  // namespace heed
