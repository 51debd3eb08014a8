// What the program's lines of JSON have in common.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "heed/examples/cli/training/evaluation.h"

namespace heed {

/// The JSON on one line; bytes that are not UTF-8 (a path may have them) are replaced.
std::string json_text(const nlohmann::ordered_json& json);
/// The same with a line break.
std::string json_line(const nlohmann::ordered_json& json);

/// Adds "train_loss" and so on, if the evaluation looked at a training set.
void add_training_set(nlohmann::ordered_json& json, const Evaluation& evaluation);

}  // namespace heed
