// Tasks: the list of what a model can be trained on.
#pragma once

#include <memory>

#include "heed/examples/cli/config/keys.h"
#include "heed/examples/cli/tasks/task.h"

namespace heed {

/// Makers of tasks by name; they throw KeyError if their keys do not fit together.
using Tasks = Registered<std::unique_ptr<Task>(const TaskSetup& setup)>;

/// The section "task".
struct TaskKeys : Keys {
  Tasks tasks;  ///< what `type` chooses from
  Chosen<Tasks> type{this, {.path = "type", .changes_data = true, .help = "what to learn"}, tasks};
  Value<int64_t> seed{this,
                      {.path = "seed",
                       .fallback = 0,
                       .minimum = 0,
                       .changes_data = true,
                       .help = "determines the data and which of it is held out"}};
};

/// The tasks that come with heed.
Tasks builtin_tasks();

}  // namespace heed
