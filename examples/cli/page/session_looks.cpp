// How a session looks at heads, asks, and checks.
#include <algorithm>
#include <string_view>

#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/inspect/heads/asked_sequences.h"
#include "heed/examples/cli/inspect/heads/head_lab.h"
#include "heed/examples/cli/inspect/heads/held_out_slice.h"
#include "heed/examples/cli/inspect/heads/opened_attentions.h"
#include "heed/examples/cli/inspect/leaks/leak_check.h"
#include "heed/examples/cli/inspect/model_gradcheck.h"
#include "heed/examples/cli/inspect/trace/trace_text.h"
#include "heed/examples/cli/inspect/trace/traced_forward.h"
#include "heed/examples/cli/page/session.h"
#include "heed/examples/cli/runs/evaluation_json.h"
#include "heed/examples/cli/snapshots/heads_json.h"
#include "heed/examples/cli/snapshots/probed_batch.h"
#include "heed/examples/cli/snapshots/take_snapshot.h"
#include "heed/examples/cli/training/failure.h"

namespace heed {
namespace {

constexpr WeightExactness page_exactness{int64_t{1} << 13, 4};
constexpr int64_t most_measured = 256;  // held-out sequences
constexpr int64_t most_outputs = 512;   // of a leak check in a page
constexpr int64_t checked_elements = 300;

/// Null if there is nothing to show.
JsonValue page_heads(const Snapshot& snapshot) {
  if (snapshot.attentions.empty() || !has_finite_weights(snapshot)) return {};
  std::vector<std::vector<JsonValue>> probes;
  for (size_t p = 0; p < snapshot.probe_texts.size(); ++p) {
    probes.push_back(probe_of_all({&snapshot}, p, page_exactness));
  }
  return heads_json({&snapshot}, probes);
}

/// A list for each attention: of each score the values of its heads.
std::vector<JsonValue> score_rows(const Snapshot& snapshot) {
  std::vector<JsonValue> all;
  for (const SnapshotAttention& attention : snapshot.attentions) {
    JsonValue scores = std::initializer_list<JsonMember>{};
    for (const auto& [name, values] : attention.scores) scores.add(name, values);
    all.push_back(std::move(scores));
  }
  return all;
}

/// Switches heads off: each is a list of an attention and one of its heads.
void close_gates(OpenedAttentions& opened, const JsonValue& request) {
  const JsonValue* closed = request.find("closed");
  if (closed == nullptr) return;
  if (closed->kind != JsonValue::Kind::array) {
    throw ValueError("page: closed must list heads, not be ", json_text(*closed));
  }
  for (const JsonValue& pair : closed->children) {
    const JsonValue *attention = pair.find("0"), *head = pair.find("1");
    const auto k = parse_number<size_t>(attention == nullptr ? "" : attention->text);
    const auto h = parse_number<int64_t>(head == nullptr ? "" : head->text);
    if (!k || !h || *k >= opened.all.size() || *h < 0 || *h >= opened.all[*k].H()) {
      throw ValueError("page: the model has no such head: ", json_text(pair));
    }
    const OpenedAttention& one = opened.all[*k];
    Tensor& gates = one.gated->gates;
    if (!gates.defined()) gates = one.open_gates({one.H()});
    gates.mutable_data<float>()[*h] = 0;
  }
}

/// What the model reads, and its answer as targets.
Batch asked_batch(Model& model, const TaskForm& form, const std::string& input) {
  try {
    return AskedSequences(model, form, {input}).evaluation_batch(0, 1);
  } catch (const ConfigError& error) {  // a page has no option --input
    throw ValueError(error.faults().front().message);
  }
}

}  // namespace

JsonValue PageSession::look() {
  Experiment& now = experiment();
  if (!has_heads(*now.model)) {
    return {{"step", now.trainer->state().step},
            {"heads", JsonValue()},
            {"scores", std::vector<JsonValue>()}};
  }
  const int64_t sequences = std::min<int64_t>(16, now.task->evaluation_size());
  const Snapshot snapshot =
      take_snapshot(*now.model, *now.task,
                    {.sequences = sequences, .left_out_sequences = std::min<int64_t>(4, sequences)},
                    now.trainer->state().step);
  return {{"step", snapshot.step},
          {"loss", snapshot.loss},
          {"heads", page_heads(snapshot)},
          {"scores", score_rows(snapshot)}};
}

JsonValue PageSession::evaluate_without(const JsonValue& request) {
  Experiment& now = experiment();
  const HeldOutSlice few(*now.task, most_measured);
  OpenedAttentions opened(*now.model);
  close_gates(opened, request);
  const ExchangeScope exchanged(opened);
  JsonValue json = {{"step", now.trainer->state().step}, {"sequences", few.evaluation_size()}};
  add_evaluation(json, evaluate(*now.model, few, now.training.batch_size));
  return json;
}

JsonValue PageSession::ask(const JsonValue& request) {
  const JsonValue* text = request.find("input");
  OpenedAttentions opened(model());
  close_gates(opened, request);
  const EvaluationMode mode(model());
  const ExchangeScope exchanged(opened);
  const Batch batch = asked_batch(model(), form_, text == nullptr ? "" : text->text);
  opened.set_watched(true);
  model()(batch);
  Snapshot read{.step = step(), .sequences = 1};
  const ProbedBatch probed(model().attends, batch, form_.tokenizer, opened);
  read.probe_texts = probed.texts();
  for (const OpenedAttention& one : opened.all) {
    read.attentions.push_back({one.path, probed.probes_of(one, probed.weights_of(one)), {}});
  }
  JsonValue json = {{"answer", form_.tokenizer.answer_text(batch.targets.to_vector<int64_t>())},
                    {"heads", page_heads(read)}};
  if (batch.inputs.size(1) < form_.questions.shortest) {
    json.add("note", "shorter than any input of the task");
  }
  return json;
}

JsonValue PageSession::check_gradients() {
  const std::unique_ptr<Model> copy = exact_copy();
  const GradcheckReport report =
      check_model_gradients(*copy, form_, seed(), {.sample = checked_elements});
  return {{"passed", report.passed}, {"text", report.text()}};
}

JsonValue PageSession::measure_leaks() {
  const std::unique_ptr<Model> copy = exact_copy();
  if (const int64_t outputs = leak_sizes(form_.shape).first; outputs > most_outputs) {
    throw RunError("page: the leak meter asks for each of ", outputs,
                   " outputs, which takes too long here; a shorter sequence has fewer");
  }
  const LeakQuestion question = leak_question(*copy, form_, seed());
  const LeakCheck check = check_leaks(*copy, question.batch, [] {});
  return {{"passed", check.leaks == 0},
          {"leaks", check.leaks},
          {"pairs", check.pairs},
          {"unused", check.unused},
          {"rules", question.rules},
          {"text", check.worst ? check.failure_text() : ""},
          {"picture", leak_pictures(check.maps)}};
}

JsonValue PageSession::trace() {
  const std::unique_ptr<Model> copy = exact_copy();
  copy->to(DType::f32);
  const TracedForward forward(*copy, form_, seed());
  std::vector<JsonValue> rows;
  const std::string lines = trace_json(forward.recorder);
  for (size_t begin = 0, end; begin < lines.size(); begin = end + 1) {
    end = lines.find('\n', begin);
    rows.push_back(read_json(std::string_view(lines).substr(begin, end - begin)));
  }
  return {{"rows", rows}, {"letters", letters_text(forward.recorder)}};
}

}  // namespace heed
