#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "heed/examples/cli/commands/commands.h"
#include "heed/examples/cli/config/json_line.h"
#include "heed/examples/cli/inspect/leaks/leak_meter.h"
#include "heed/examples/cli/training/experiment.h"
#include "heed/examples/cli/training/failure.h"
#include "heed/framework/tensor/factories.h"

namespace heed {
namespace {

// Two sequences show whether one leaks into the other.
constexpr int64_t sequences_seen = 2;

using Json = nlohmann::ordered_json;

bool all_take_masks(Model& model) {
  const auto attentions = model.attentions();
  return std::all_of(attentions.begin(), attentions.end(),
                     [](const auto& attention) { return (*attention.second)->abilities.masks; });
}

/// Makes a part of the first sequence padding if the task has none and the attention could hide it.
void add_padding(Batch& batch, Model& model, uint64_t seed) {
  const int64_t L = batch.inputs.size(1);
  if (batch.lengths.defined() || L < 2 || !all_take_masks(model)) return;
  Rng rng(stream(seed, Purpose::user));
  batch.lengths = full({batch.inputs.size(0)}, static_cast<double>(L), DType::i64);
  batch.lengths.mutable_data<int64_t>()[0] = rng.integer(1, L);
}

struct Totals {
  int64_t outputs = 0, pairs = 0, leaks = 0, unused = 0;
  std::optional<PositionPair> worst = {};
  std::string tokens = {};  // of the worst
};

Totals totals_of(const std::vector<LeakMap>& maps) {
  Totals totals;
  for (const LeakMap& map : maps) {
    totals.outputs = map.B * map.L_1;
    totals.pairs += map.pairs();
    totals.leaks += map.leaks();
    totals.unused += map.unused();
    const auto worst = map.worst();
    const bool is_worse =
        worst && (!totals.worst || std::isnan(worst->value) || worst->value > totals.worst->value);
    if (!is_worse) continue;
    totals.worst = worst;
    totals.tokens = map.tokens;
  }
  return totals;
}

std::string leaks_line(const Totals& totals, const std::string& config) {
  Json worst;  // null if nothing leaks
  if (totals.worst) {
    const PositionPair& pair = *totals.worst;
    worst = {{"tokens", totals.tokens},
             {"output", Json::array({pair.output_sequence, pair.output})},
             {"input", Json::array({pair.input_sequence, pair.input})},
             {"value", pair.value}};
  }
  const Json line = {{"config", config},           {"outputs", totals.outputs},
                     {"pairs", totals.pairs},      {"leaks", totals.leaks},
                     {"unused", totals.unused},    {"worst", worst},
                     {"passed", totals.leaks == 0}};
  return json_line(line);
}

/// What the model must not do, in words.
std::string rules_text(const Model& model, const Batch& batch) {
  std::string text = "outputs must not see other sequences";
  if (model.attends == Attends::causal) text += ", later tokens";
  if (model.attends == Attends::encoder_decoder) text += ", later tokens of the answer";
  if (!batch.lengths.defined()) return text;
  std::string lengths;
  for (const int64_t length : batch.lengths.to_vector<int64_t>()) {
    lengths += fmt::format("{}{}", lengths.empty() ? "" : " and ", length);
  }
  return text + fmt::format(", padding (lengths {})", lengths);
}

/// Why padding is not among the rules, if it could have been.
std::string padding_note(Model& model) {
  return all_take_masks(model) ? "" : "; the attention takes no masks, so there is no padding";
}

void show(const std::vector<LeakMap>& maps) {
  std::string text;
  for (const LeakMap& map : maps) {
    text += fmt::format("\n{}: a row for each output, a column for each token of {} sequences\n{}",
                        map.tokens, map.B, leak_picture(map));
  }
  text += "\n  █ seen   ░ could be seen, is not   · must not be seen, is not   ! leak\n\n";
  std::fputs(text.c_str(), stderr);
}

std::string failure_text(const Totals& totals) {
  const PositionPair& pair = *totals.worst;
  return fmt::format(
      "leaks: failed: {} of {} pairs leak; worst is output {} of sequence {}, which depends on "
      "input {} of sequence {} ({}): |gradient| {:.3g} at {}",
      totals.leaks, totals.pairs, pair.output, pair.output_sequence, pair.input,
      pair.input_sequence, pair.kind, pair.value, totals.tokens);
}

}  // namespace

void leaks_command(const Registry& registry, const ConfigArguments& arguments) {
  const Experiment experiment = prepare_experiment(registry, arguments.path, arguments.sets);
  Model& model = *experiment.model;
  model.to(DType::f64);
  model.eval();
  Batch batch = experiment.task->training_batch(1, sequences_seen);
  add_padding(batch, model, experiment.training.seed);
  const std::string rules = rules_text(model, batch);
  std::fputs(fmt::format("{}: {}{}\n", arguments.path, rules,
                         batch.lengths.defined() ? "" : padding_note(model))
                 .c_str(),
             stderr);
  const std::vector<LeakMap> maps = measure_leaks(model, batch);
  const Totals totals = totals_of(maps);
  show(maps);
  write_result(leaks_line(totals, arguments.path));
  if (totals.worst) throw LeakFailure(failure_text(totals));
  const std::string verdict =
      fmt::format("leaks: passed: none of {} pairs leaks; {} that may be seen are not\n",
                  totals.pairs, totals.unused);
  std::fputs(verdict.c_str(), stderr);
}

}  // namespace heed
