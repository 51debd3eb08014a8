#include "heed/examples/cli/runs/evaluation_json.h"

#include <nlohmann/json.hpp>

namespace heed {

void add_accuracy(nlohmann::ordered_json& json, const Accuracy& accuracy, const char* loss_name) {
  json[loss_name] = accuracy.loss;
  json["token_accuracy"] = accuracy.token_accuracy;
  json["sequence_accuracy"] = accuracy.sequence_accuracy;
}

void add_evaluation(nlohmann::ordered_json& json, const Evaluation& evaluation,
                    const char* loss_name) {
  add_accuracy(json, evaluation, loss_name);
  if (!evaluation.training) return;
  json["train_loss"] = evaluation.training->loss;
  json["train_token_accuracy"] = evaluation.training->token_accuracy;
  json["train_sequence_accuracy"] = evaluation.training->sequence_accuracy;
}

}  // namespace heed
