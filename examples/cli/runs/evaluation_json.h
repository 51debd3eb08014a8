// Accuracies in the program's lines of JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "heed/examples/cli/training/evaluation.h"

namespace heed {

/// Adds the loss under its name, "token_accuracy" and "sequence_accuracy".
void add_accuracy(nlohmann::ordered_json& json, const Accuracy& accuracy,
                  const char* loss_name = "loss");

/// The same, then "train_loss" and so on if the task has a training set.
void add_evaluation(nlohmann::ordered_json& json, const Evaluation& evaluation,
                    const char* loss_name = "loss");

}  // namespace heed
