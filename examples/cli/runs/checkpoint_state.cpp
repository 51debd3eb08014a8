#include <limits>

#include "heed/examples/cli/runs/checkpoint.h"
#include "heed/examples/cli/runs/evaluation_json.h"
#include "heed/framework/io/checksum.h"
#include "heed/framework/io/io_error.h"
#include "heed/framework/kernels/gemm/blas.h"
#include "heed/framework/kernels/simd/target.h"

namespace heed {
namespace {

constexpr int64_t format = 1;

JsonValue accuracy_json(const Accuracy& accuracy) {
  JsonValue json;
  add_accuracy(json, accuracy);
  if (accuracy.first_wrong) json.add("first_wrong", *accuracy.first_wrong);
  return json;
}

JsonValue evaluation_json(const Evaluation& evaluation) {
  JsonValue json = accuracy_json(static_cast<const Accuracy&>(evaluation));
  if (evaluation.training) json.add("training", accuracy_json(*evaluation.training));
  return json;
}

/// Reads members of one object, of exactly the type that is wanted.
class StateReader {
 public:
  StateReader(const JsonValue& json, std::string place) : json_(json), place_(std::move(place)) {
    if (json.kind != JsonValue::Kind::object) fail("no object");
  }

  int64_t integer(const char* name, int64_t minimum,
                  int64_t maximum = std::numeric_limits<int64_t>::max()) const {
    const auto value = parse_number<int64_t>(literal(name, JsonValue::Kind::number));
    if (!value || *value < minimum || *value > maximum) fail_value(name);
    return *value;
  }
  double number(const char* name) const {
    const auto value = parse_number<double>(literal(name, JsonValue::Kind::number));
    if (!value) fail_value(name);
    return *value;
  }
  bool boolean(const char* name) const { return literal(name, JsonValue::Kind::boolean) == "true"; }
  const std::string& text(const char* name) const { return literal(name, JsonValue::Kind::string); }
  bool has(const char* name) const { return json_.find(name) != nullptr; }
  StateReader object(const char* name) const { return {at(name), place_ + "." + name}; }
  DataFingerprint data(const char* name) const {
    const auto value = read_fingerprint(at(name));
    if (!value) fail_value(name);
    return *value;
  }
  const JsonValue& at(const char* name) const {
    if (!has(name)) fail(text_of("\"", std::string_view(name), "\" is missing"));
    return *json_.find(name);
  }

 private:
  const std::string& literal(const char* name, JsonValue::Kind kind) const {
    if (at(name).kind != kind) fail_value(name);
    return at(name).text;
  }
  [[noreturn]] void fail(const std::string& what) const {
    throw IoError(place_, ": not a checkpoint state: ", what);
  }
  [[noreturn]] void fail_value(const char* name) const {
    fail(text_of("\"", std::string_view(name), "\" cannot be ", json_text(at(name))));
  }
  const JsonValue& json_;
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
  training.step = reader.integer("step", 0, most_steps);
  training.evaluation_due = reader.boolean("evaluation_due");
  if (reader.has("evaluation")) {
    training.evaluation = evaluation_in(reader.object("evaluation"));
    training.evaluated_step = reader.object("evaluation").integer("step", 1, training.step);
  }
  if (reader.has("best")) {
    const StateReader best = reader.object("best");
    training.best = BestEvaluation{best.integer("step", 0, training.step), best.number("loss")};
  }
  training.evaluations_since_best = reader.integer("evaluations_since_best", 0, most_steps);
  training.seconds = reader.number("seconds");
  state.seed = static_cast<uint64_t>(reader.object("random").integer("seed", 0));
  state.data = reader.data("data");
  state.next_lr = reader.number("next_lr");
  state.metrics_bytes = reader.integer("metrics_bytes", 0);
  const StateReader origin = reader.object("origin");
  state.origin = {origin.text("heed"), origin.text("simd"), origin.text("blas")};
  state.config = json_file(reader.at("config"));
  if (reader.has("identity")) {
    const StateReader identity = reader.object("identity");
    state.identity = CheckpointIdentity{identity.text("run"), identity.text("model"),
                                        identity.text("optimizer")};
  }
  return state;
}

std::string checksum_of(const JsonValue& json) {
  Crc32 checksum;
  checksum.add(json_text(json));
  return checksum_text(checksum.value());
}

}  // namespace

Origin this_origin() {
  return {HEED_VERSION, kernels::simd_target(), kernels::blas_info().kernels};
}

std::string to_json(const CheckpointState& state) {
  const TrainingState& training = state.training;
  JsonValue json = {
      {"format", format}, {"step", training.step}, {"evaluation_due", training.evaluation_due}};
  if (training.evaluation) {
    json.add("evaluation",
             evaluation_json(*training.evaluation).add("step", training.evaluated_step));
  }
  if (training.best) {
    json.add("best", {{"step", training.best->step}, {"loss", training.best->loss}});
  }
  const Origin& origin = state.origin;
  json.add("evaluations_since_best", training.evaluations_since_best)
      .add("seconds", training.seconds)
      .add("random", {{"seed", state.seed}, {"step", training.step}})
      .add("data", to_json(state.data))
      .add("next_lr", state.next_lr)
      .add("metrics_bytes", state.metrics_bytes)
      .add("origin", {{"heed", origin.version}, {"simd", origin.simd}, {"blas", origin.blas}})
      .add("config", read_json(state.config, state.config.size()));
  if (state.identity) {
    json.add("identity", {{"run", state.identity->run},
                          {"model", state.identity->model},
                          {"optimizer", state.identity->optimizer}});
  }
  return json_file({{"state", json}, {"crc32", checksum_of(json)}});
}

CheckpointState read_checkpoint_state(const std::string& text, const std::string& path) {
  try {
    const JsonValue json = read_json(text, text.size());
    const StateReader file(json, path);
    const JsonValue& state = file.at("state");
    const std::string checksum = checksum_of(state);
    if (file.text("crc32") != checksum) {
      throw IoError(path, ": damaged: its checksum is ", checksum, ", but it says ",
                    file.text("crc32"));
    }
    return state_in(StateReader(state, path));
  } catch (const JsonError& error) {
    throw IoError(path, ": damaged: not JSON at byte ", error.offset(), ": ",
                  std::string_view(error.what()));
  }
}

}  // namespace heed
