// Rows of a model that belong to words: moved from a model whose words have other numbers.
#pragma once

#include <string>

#include "heed/examples/cli/tasks/task_form.h"
#include "heed/framework/nn/module.h"

namespace heed {

/// Gives the tensors of a model of the task `from` the rows that a model of the task `to` wants
/// where each stands for a word: embeddings and the output. Words of `to` alone get the rows of
/// `fresh`, the initialised parameters of that model. Whatever has another width stays as it is.
/// Returns what to say about it, "" if the words are the same.
std::string move_rows_by_word(NamedTensors& tensors, const NamedTensors& fresh,
                              const TaskForm& from, const TaskForm& to);

}  // namespace heed
