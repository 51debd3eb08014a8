#include <nlohmann/json.hpp>

#include "heed/examples/cli/runs/checkpoint.h"
#include "heed/examples/cli/runs/evaluation_json.h"
#include "heed/framework/io/checksum.h"
#include "heed/framework/io/io_error.h"
#include "heed/framework/kernels/gemm/blas.h"
#include "heed/framework/kernels/simd/target.h"

namespace heed {
namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t format = 1;
constexpr int most_depth = 64;

Json json_of(const Accuracy& accuracy) {
  Json json;
  add_accuracy(json, accuracy);
  if (accuracy.first_wrong) json["first_wrong"] = *accuracy.first_wrong;
  return json;
}

Json json_of(const Evaluation& evaluation) {
  Json json = json_of(static_cast<const Accuracy&>(evaluation));
  if (evaluation.training) json["training"] = json_of(*evaluation.training);
  return json;
}

/// Reads members of one object, of exactly the type that is wanted.
class StateReader {
 public:
  StateReader(const Json& json, std::string place) : json_(json), place_(std::move(place)) {
    if (!json.is_object()) fail("no object");
  }

  int64_t integer(const char* name, int64_t minimum) const {
    const Json& value = at(name);
    const bool fits = value.is_number_unsigned() ? value.get<uint64_t>() <= uint64_t{INT64_MAX}
                                                 : value.is_number_integer();
    if (!fits || value.get<int64_t>() < minimum) fail_value(name, value);
    return value.get<int64_t>();
  }
  double number(const char* name) const {
    const Json& value = at(name);
    if (!value.is_number()) fail_value(name, value);
    return value.get<double>();
  }
  bool boolean(const char* name) const {
    const Json& value = at(name);
    if (!value.is_boolean()) fail_value(name, value);
    return value.get<bool>();
  }
  std::string text(const char* name) const {
    const Json& value = at(name);
    if (!value.is_string()) fail_value(name, value);
    return value.get<std::string>();
  }
  bool has(const char* name) const { return json_.contains(name); }
  StateReader object(const char* name) const { return {at(name), place_ + "." + name}; }
  const Json& at(const char* name) const {
    if (!has(name)) fail(text_of("\"", std::string_view(name), "\" is missing"));
    return json_.at(name);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw IoError(place_, ": not a checkpoint state: ", what);
  }
  [[noreturn]] void fail_value(const char* name, const Json& value) const {
    fail(text_of("\"", std::string_view(name), "\" cannot be ", value.dump()));
  }
  const Json& json_;
  std::string place_;
};

Accuracy accuracy_in(const StateReader& reader) {
  Accuracy accuracy{.loss = reader.number("loss"),
                    .token_accuracy = reader.number("token_accuracy"),
                    .sequence_accuracy = reader.number("sequence_accuracy"),
                    .first_wrong = {}};
  if (reader.has("first_wrong")) accuracy.first_wrong = reader.integer("first_wrong", 0);
  return accuracy;
}

Evaluation evaluation_in(const StateReader& reader) {
  Evaluation evaluation{accuracy_in(reader), {}};
  if (reader.has("training")) evaluation.training = accuracy_in(reader.object("training"));
  return evaluation;
}

CheckpointState state_in(const StateReader& reader) {
  if (reader.integer("format", 0) != format) {
    throw IoError("unsupported checkpoint format: ", reader.integer("format", 0), ", not ", format);
  }
  CheckpointState state;
  TrainingState& training = state.training;
  training.step = reader.integer("step", 0);
  training.evaluation_due = reader.boolean("evaluation_due");
  if (reader.has("evaluation")) {
    training.evaluation = evaluation_in(reader.object("evaluation"));
    training.evaluated_step = reader.object("evaluation").integer("step", 1);
  }
  if (reader.has("best")) {
    const StateReader best = reader.object("best");
    training.best = BestEvaluation{best.integer("step", 0), best.number("loss")};
  }
  training.evaluations_since_best = reader.integer("evaluations_since_best", 0);
  training.seconds = reader.number("seconds");
  state.seed = static_cast<uint64_t>(reader.object("random").integer("seed", 0));
  const StateReader data = reader.object("data");
  state.data_checksum = data.text("checksum");
  state.data_checksum_is_whole = data.has("is_whole") && data.boolean("is_whole");
  state.next_lr = reader.number("next_lr");
  state.metrics_bytes = reader.integer("metrics_bytes", 0);
  const StateReader origin = reader.object("origin");
  state.origin = {origin.text("heed"), origin.text("simd"), origin.text("blas")};
  state.config = reader.at("config").dump(2) + "\n";
  return state;
}

std::string checksum_of(const Json& json) {
  Crc32 checksum;
  checksum.add(json.dump());
  return checksum_text(checksum.value());
}

}  // namespace

Origin this_origin() {
  return {HEED_VERSION, kernels::simd_target(), kernels::blas_info().kernels};
}

std::string to_json(const CheckpointState& state) {
  const TrainingState& training = state.training;
  Json json = {
      {"format", format}, {"step", training.step}, {"evaluation_due", training.evaluation_due}};
  if (training.evaluation) {
    json["evaluation"] = json_of(*training.evaluation);
    json["evaluation"]["step"] = training.evaluated_step;
  }
  if (training.best) {
    json["best"] = {{"step", training.best->step}, {"loss", training.best->loss}};
  }
  json["evaluations_since_best"] = training.evaluations_since_best;
  json["seconds"] = training.seconds;
  json["random"] = {{"seed", state.seed}, {"step", training.step}};
  json["data"] = {{"next_step", training.step + 1},
                  {"checksum", state.data_checksum},
                  {"is_whole", state.data_checksum_is_whole}};
  json["next_lr"] = state.next_lr;
  json["metrics_bytes"] = state.metrics_bytes;
  json["origin"] = {
      {"heed", state.origin.version}, {"simd", state.origin.simd}, {"blas", state.origin.blas}};
  json["config"] = Json::parse(state.config);
  const std::string checksum = checksum_of(json);
  return Json{{"state", std::move(json)}, {"crc32", checksum}}.dump(2) + "\n";
}

CheckpointState read_checkpoint_state(const std::string& text, const std::string& path) {
  try {
    const Json json = Json::parse(text, [&](int depth, Json::parse_event_t, Json&) {
      if (depth > most_depth) throw IoError(path, ": damaged: nested deeper than ", most_depth);
      return true;
    });
    const StateReader file(json, path);
    const Json& state = file.at("state");
    const std::string checksum = checksum_of(state);
    if (file.text("crc32") != checksum) {
      throw IoError(path, ": damaged: its checksum is ", checksum, ", but it says ",
                    file.text("crc32"));
    }
    return state_in(StateReader(state, path));
  } catch (const Json::parse_error& error) {
    throw IoError(path, ": damaged: no JSON at byte ", error.byte);
  } catch (const Json::exception& error) {
    throw IoError(path, ": not a checkpoint state: ", std::string_view(error.what()));
  }
}

}  // namespace heed
