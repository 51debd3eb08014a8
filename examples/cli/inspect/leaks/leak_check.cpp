#include "heed/examples/cli/inspect/leaks/leak_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "heed/examples/cli/inspect/example_batch.h"
#include "heed/framework/tensor/factories.h"

namespace heed {
namespace {

constexpr int64_t sequences_seen = 2;  // they show whether one leaks into the other

bool all_take_masks(Model& model) {
  const auto attentions = model.attentions();
  return std::all_of(attentions.begin(), attentions.end(),
                     [](const auto& attention) { return attention.attention->abilities().masks; });
}

/// Makes a part of the first sequence padding if the task has none and the attention could hide it.
void add_padding(Batch& batch, Model& model, uint64_t seed) {
  const int64_t L = batch.inputs.size(1);
  if (batch.lengths.defined() || L < 2 || !all_take_masks(model)) return;
  Rng rng(stream(seed, Purpose::user));
  batch.lengths = full({batch.inputs.size(0)}, static_cast<double>(L), DType::i64);
  batch.lengths.mutable_data<int64_t>()[0] = rng.integer(1, L);
}

std::string leak_rules(Model& model, const Batch& batch) {
  std::string text = "outputs must not see other sequences";
  if (model.attends == Attends::causal) text += ", later tokens";
  if (model.attends == Attends::encoder_decoder) text += ", later tokens of the answer";
  if (!batch.lengths.defined()) {
    if (all_take_masks(model)) return text;
    return text + "; the attention does not support masks, so there is no padding";
  }
  std::string lengths;
  for (const int64_t length : batch.lengths.to_vector<int64_t>()) {
    lengths += fmt::format("{}{}", lengths.empty() ? "" : " and ", length);
  }
  return text + fmt::format(", padding (lengths {})", lengths);
}

}  // namespace

std::string LeakCheck::failure_text() const {
  const PositionPair& pair = *worst;
  return fmt::format(
      "leaks: failed: {} of {} pairs leak; worst is output {} of sequence {}, which depends on "
      "input {} of sequence {} ({}): |gradient| {:.3g} at {}",
      leaks, pairs, pair.output, pair.output_sequence, pair.input, pair.input_sequence, pair.kind,
      pair.value, tokens);
}

std::pair<int64_t, int64_t> leak_sizes(const TaskShape& shape) {
  const bool writes = shape.attends == Attends::encoder_decoder;
  const int64_t length = writes ? shape.answer_length : shape.length;
  const int64_t tokens = shape.length + (writes ? shape.answer_length : 0);
  return {sequences_seen * length, sequences_seen * length * sequences_seen * tokens};
}

LeakQuestion leak_question(Model& model, const TaskForm& form, uint64_t seed) {
  model.to(DType::f64);
  model.eval();
  Batch batch = example_batch(form, sequences_seen);
  add_padding(batch, model, seed);
  std::string rules = leak_rules(model, batch);
  return {std::move(batch), std::move(rules)};
}

LeakCheck check_leaks(Model& model, const Batch& batch, const std::function<void()>& before_each) {
  LeakCheck check{measure_leaks(model, batch, before_each)};
  for (const LeakMap& map : check.maps) {
    check.outputs = map.B * map.L_1;
    check.pairs += map.pairs();
    check.leaks += map.leaks();
    check.unused += map.unused();
    const auto worst = map.worst();
    const bool is_worse =
        worst && (!check.worst || std::isnan(worst->value) || worst->value > check.worst->value);
    if (!is_worse) continue;
    check.worst = worst;
    check.tokens = map.tokens;
  }
  return check;
}

std::string leak_pictures(const std::vector<LeakMap>& maps) {
  std::string text;
  for (const LeakMap& map : maps) {
    text += fmt::format("\n{}: a row for each output, a column for each token of {} sequences\n{}",
                        map.tokens, map.B, leak_picture(map));
  }
  return text + "\n  █ seen   ░ visible but unused   · hidden   ! leak\n";
}

}  // namespace heed
