#include "heed/examples/cli/runs/evaluation_json.h"

namespace heed {

void add_accuracy(JsonValue& json, const Accuracy& accuracy, const char* loss_name) {
  json.add(loss_name, accuracy.loss);
  json.add("token_accuracy", accuracy.token_accuracy);
  json.add("sequence_accuracy", accuracy.sequence_accuracy);
}

void add_evaluation(JsonValue& json, const Evaluation& evaluation, const char* loss_name) {
  add_accuracy(json, evaluation, loss_name);
  if (!evaluation.training) return;
  json.add("train_loss", evaluation.training->loss);
  json.add("train_token_accuracy", evaluation.training->token_accuracy);
  json.add("train_sequence_accuracy", evaluation.training->sequence_accuracy);
}

}  // namespace heed
