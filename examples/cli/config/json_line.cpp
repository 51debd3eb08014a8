#include "heed/examples/cli/config/json_line.h"

#include <nlohmann/json.hpp>

namespace heed {

std::string json_text(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string json_line(const nlohmann::ordered_json& json) {
  return json_text(json) + "\n";
}

void add_training_set(nlohmann::ordered_json& json, const Evaluation& evaluation) {
  if (!evaluation.training) return;
  json["train_loss"] = evaluation.training->loss;
  json["train_token_accuracy"] = evaluation.training->token_accuracy;
  json["train_sequence_accuracy"] = evaluation.training->sequence_accuracy;
}

}  // namespace heed
