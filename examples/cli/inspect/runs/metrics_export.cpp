#include "heed/examples/cli/inspect/runs/metrics_export.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <utility>

#include "heed/examples/cli/inspect/table_formats.h"

namespace heed {
namespace {

using Values = std::vector<std::pair<std::string, double>>;

/// The names of what is measured, in metrics.jsonl and in TensorBoard.
struct MetricNames {
  std::array<std::string, 4> step;
  std::array<std::string, 3> held_out, training;
};
const MetricNames& names_in_file() {
  static const MetricNames names{{"loss", "lr", "grad_norm", "tokens_per_second"},
                                 {"eval_loss", "token_accuracy", "sequence_accuracy"},
                                 {"train_loss", "train_token_accuracy", "train_sequence_accuracy"}};
  return names;
}
const MetricNames& tags() {
  static const MetricNames names{
      {"train/loss", "train/lr", "train/grad_norm", "train/tokens_per_second"},
      {"held_out/loss", "held_out/token_accuracy", "held_out/sequence_accuracy"},
      {"training_set/loss", "training_set/token_accuracy", "training_set/sequence_accuracy"}};
  return names;
}

Values finite(Values values) {
  std::erase_if(values, [](const auto& value) { return !std::isfinite(value.second); });
  return values;
}

Values named_values(const MeasuredStep& step, const MetricNames& names) {
  const auto& [loss, lr, grad_norm, speed] = names.step;
  return finite({{loss, step.loss},
                 {lr, step.lr},
                 {grad_norm, step.grad_norm},
                 {speed, step.tokens_per_second}});
}

Values named_values(const MeasuredEvaluation& evaluation, const MetricNames& names) {
  Values values;
  const auto add = [&](const MeasuredAccuracy& accuracy, const auto& of) {
    values.emplace_back(of[0], accuracy.loss);
    values.emplace_back(of[1], accuracy.token_accuracy);
    values.emplace_back(of[2], accuracy.sequence_accuracy);
  };
  add(evaluation.held_out, names.held_out);
  if (evaluation.training) add(*evaluation.training, names.training);
  return finite(values);
}

/// Calls each(step, values) in order of step, a step before its evaluation.
template <class Each>
void for_each_measured(const Metrics& metrics, const MetricNames& names, const Each& each) {
  auto evaluation = metrics.evaluations.begin();
  const auto add_evaluations_before = [&](int64_t step) {
    for (; evaluation != metrics.evaluations.end() && evaluation->step < step; ++evaluation) {
      each(evaluation->step, named_values(*evaluation, names));
    }
  };
  for (const MeasuredStep& step : metrics.steps) {
    add_evaluations_before(step.step);
    each(step.step, named_values(step, names));
  }
  add_evaluations_before(INT64_MAX);
}

}  // namespace

std::string metrics_csv(const std::string& run, const Metrics& metrics) {
  std::string text = "run,step,key,value\n";
  std::string cell = csv_text({{run}});
  cell.pop_back();  // the line break
  for_each_measured(metrics, names_in_file(), [&](int64_t step, const Values& values) {
    for (const auto& [key, value] : values) {
      fmt::format_to(std::back_inserter(text), "{},{},{},{}\n", cell, step, key, value);
    }
  });
  return text;
}

std::vector<ScalarEvent> scalar_events(const RunSummary& run, const Metrics& metrics) {
  const double begun = utc_seconds(run.started()).value_or(0);
  const auto last = static_cast<double>(std::max<int64_t>(run.step, 1));
  std::vector<ScalarEvent> events;
  for_each_measured(metrics, tags(), [&](int64_t step, Values values) {
    if (values.empty()) return;
    const double time = begun + run.seconds * static_cast<double>(step) / last;
    events.push_back({time, step, std::move(values)});
  });
  return events;
}

}  // namespace heed
