// Accuracies in the program's lines of JSON.
#pragma once

#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/training/evaluation.h"

namespace heed {

/// Adds the loss under its name, "token_accuracy" and "sequence_accuracy".
void add_accuracy(JsonValue& json, const Accuracy& accuracy, const char* loss_name = "loss");

/// The same, then "train_loss" and so on if the task has a training set.
void add_evaluation(JsonValue& json, const Evaluation& evaluation, const char* loss_name = "loss");

}  // namespace heed
