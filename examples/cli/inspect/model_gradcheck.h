// The gradients of a model against finite differences, on inputs of the form of its task.
#pragma once

#include <cstdint>

#include "heed/examples/cli/model/model.h"
#include "heed/examples/cli/tasks/task_form.h"
#include "heed/framework/autograd/leaf_gradcheck.h"

namespace heed {

/// Of all scores for two random sequences, dropout included. Changes the model to f64. `seed`: of
/// the random streams in training.
GradcheckReport check_model_gradients(Model& model, const TaskForm& form, uint64_t seed,
                                      const GradcheckOptions& options);

}  // namespace heed
