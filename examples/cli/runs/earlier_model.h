// Models of version 0.1.0 before their files held the form of their task.
#pragma once

#include <optional>
#include <string>

#include "heed/examples/cli/tasks/task_form.h"
#include "heed/framework/tensor/named_tensors.h"

namespace heed {

/// The form of a text or pairs model, from its configuration, the content of vocabulary.json and
/// the sizes of its position tables; none if these do not tell: then the task's data must.
std::optional<TaskForm> earlier_form(const std::string& config, const std::string& vocabulary,
                                     const NamedTensors& tensors);

}  // namespace heed
