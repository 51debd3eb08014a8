// `heed leaks`: looks for outputs that depend on what they must not see.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "heed/examples/cli/commands/line/arguments.h"
#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/inspect/example_batch.h"
#include "heed/examples/cli/inspect/leaks/leak_meter.h"
#include "heed/examples/cli/inspect/long_work.h"
#include "heed/examples/cli/runs/terminal.h"
#include "heed/examples/cli/training/failure.h"
#include "heed/framework/base/text.h"
#include "heed/framework/tensor/factories.h"

namespace heed {
namespace {

// Two sequences show whether one leaks into the other.
constexpr int64_t sequences_seen = 2;
constexpr int64_t most_pairs = int64_t{1} << 24;  // of 2,048 tokens

struct LeaksArguments {
  TrainedArguments source;
  int64_t pairs = most_pairs;
  int64_t minutes = usual_minutes;
};

Options leaks_options(LeaksArguments& arguments) {
  return with_model(
      arguments.source,
      {Option::value("--pairs", &arguments.pairs, "N",
                     "refuse more pairs of an output and an input than this; each takes 9 bytes of "
                     "memory; default 16777216")
           .at_least(1),
       minutes_option(arguments.minutes)});
}

/// How many outputs there are, and how many pairs of an output and a token.
std::pair<int64_t, int64_t> sizes_of(const TaskShape& shape) {
  const bool writes = shape.attends == Attends::encoder_decoder;
  const int64_t length = writes ? shape.answer_length : shape.length;
  const int64_t tokens = shape.length + (writes ? shape.answer_length : 0);
  return {sequences_seen * length, sequences_seen * length * sequences_seen * tokens};
}

void check_pairs(const LeaksArguments& arguments, int64_t pairs) {
  if (pairs <= arguments.pairs) return;
  refuse(arguments.source.path,
         fmt::format("leaks: {} pairs of an output and an input, more than {}; --pairs N allows "
                     "more, a shorter sequence has less",
                     pairs, arguments.pairs));
}

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
  JsonValue worst;  // null if nothing leaks
  if (totals.worst) {
    const PositionPair& pair = *totals.worst;
    worst = {{"tokens", totals.tokens},
             {"output", std::vector{pair.output_sequence, pair.output}},
             {"input", std::vector{pair.input_sequence, pair.input}},
             {"value", pair.value}};
  }
  const JsonValue line = {{"config", config},           {"outputs", totals.outputs},
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
  return all_take_masks(model) ? ""
                               : "; the attention does not support masks, so there is no padding";
}

void show(const std::vector<LeakMap>& maps) {
  std::string text;
  for (const LeakMap& map : maps) {
    text += fmt::format("\n{}: a row for each output, a column for each token of {} sequences\n{}",
                        map.tokens, map.B, leak_picture(map));
  }
  say(text + "\n  █ seen   ░ visible but unused   · hidden   ! leak\n");
}

std::string failure_text(const Totals& totals) {
  const PositionPair& pair = *totals.worst;
  return fmt::format(
      "leaks: failed: {} of {} pairs leak; worst is output {} of sequence {}, which depends on "
      "input {} of sequence {} ({}): |gradient| {:.3g} at {}",
      totals.leaks, totals.pairs, pair.output, pair.output_sequence, pair.input,
      pair.input_sequence, pair.kind, pair.value, totals.tokens);
}

void run_leaks(const Program& program, const LeaksArguments& arguments) {
  const NamedModel named = named_model(program, arguments.source);
  const auto [outputs, pairs] = sizes_of(named.form.shape);
  check_pairs(arguments, pairs);
  Model& model = *named.model;
  model.to(DType::f64);
  model.eval();
  Batch batch = example_batch(named.form, sequences_seen);
  add_padding(batch, model, named.seed);
  say(named.name + ": " + rules_text(model, batch) +
      (batch.lengths.defined() ? "" : padding_note(model)));
  LongWork work({.name = named.name,
                 .parts = "outputs",
                 .count = outputs,
                 .most_minutes = arguments.minutes,
                 .instead = "a shorter sequence"});
  const std::vector<LeakMap> maps = measure_leaks(model, batch, [&] { work.next(); });
  const Totals totals = totals_of(maps);
  show(maps);
  write_result(leaks_line(totals, named.name));
  if (totals.worst) throw LeakFailure(failure_text(totals));
  say(fmt::format("leaks: passed: 0 of {} pairs leak; {} unused", totals.pairs,
                  counted(totals.unused, "visible pair")));
}

}  // namespace

Command leaks_command() {
  return {
      .name = "leaks",
      .stage = Stage::analyse,
      .summary = "prove that no output depends on a position that it must not see",
      .description =
          "Checks in f64 that these gradients are exactly 0: of each output with respect "
          "to the tokens of other sequences, to later ones where the model may not see them, "
          "and to padding (of random length, if the attention supports masks). The last line on "
          "stdout is the result as JSON.",
      .exit_status = {{"0", "nothing leaks"},
                      {"1", "a leak was found, or the command failed"},
                      {"2", "bad input; nothing was done"}},
      .examples = {{"heed leaks configs/induction.json", "checks a causal model"}},
      .call = calling(leaks_options, run_leaks)};
}

}  // namespace heed
