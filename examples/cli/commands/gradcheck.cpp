#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "heed/examples/cli/commands/commands.h"
#include "heed/examples/cli/config/json_line.h"
#include "heed/examples/cli/training/experiment.h"
#include "heed/examples/cli/training/failure.h"
#include "heed/framework/autograd/leaf_gradcheck.h"
#include "heed/framework/base/random_scope.h"

namespace heed {
namespace {

// Two sequences show whether one leaks into the other; more would only take longer.
constexpr int64_t sequences = 2;
// Up to this many parameters all are checked, of more a sample of so many: it takes seconds.
constexpr int64_t most_by_default = 5000;

using Json = nlohmann::ordered_json;

/// How many elements to check; nothing if all.
std::optional<int64_t> sample_of(const GradcheckArguments& arguments, int64_t total) {
  if (arguments.all) return std::nullopt;
  if (arguments.sample) return arguments.sample;
  return total > most_by_default ? std::optional(most_by_default) : std::nullopt;
}

void announce(const Experiment& experiment, const GradcheckArguments& arguments,
              const LeafGradcheckOptions& options) {
  const int64_t total = experiment.model->num_parameters();
  const auto tensors = static_cast<int64_t>(experiment.model->parameters().size());
  const std::string which = options.sample && *options.sample < total
                                ? fmt::format("a random sample of {} (seed {}; --all for all)",
                                              std::max(*options.sample, tensors), options.seed)
                                : "every one";
  const std::string text =
      fmt::format("{}: {} parameters in f64, {}gradients, checking {}\n", arguments.config.path,
                  total, options.second_order ? "second-order " : "", which);
  std::fputs(text.c_str(), stderr);
}

std::string result_line(const LeafGradcheckReport& report, const GradcheckArguments& arguments,
                        const LeafGradcheckOptions& options) {
  Json worst;  // null if there are only kinks
  if (report.worst.ratio >= 0) {
    worst = {{"path", report.worst.path},
             {"index", std::vector<int64_t>(report.worst.index.begin(), report.worst.index.end())},
             {"analytic", report.worst.analytic},
             {"numeric", report.worst.numeric},
             {"ratio", report.worst.ratio}};
  }
  const Json line = {{"config", arguments.config.path},
                     {"order", options.second_order ? 2 : 1},
                     {"seed", options.seed},
                     {"elements", report.elements},
                     {"of", report.total},
                     {"wrong", report.wrong},
                     {"kinks", report.kinks.size()},
                     {"worst", worst},
                     {"passed", report.passed}};
  return json_text(line);
}

}  // namespace

void gradcheck_command(const Registry& registry, const GradcheckArguments& arguments) {
  const Experiment experiment =
      prepare_experiment(registry, arguments.config.path, arguments.config.sets);
  Model& model = *experiment.model;
  model.to(DType::f64);
  const Batch batch =
      experiment.task->training_batch(1, std::min(sequences, experiment.training.batch_size));
  const LeafGradcheckOptions options{.sample = sample_of(arguments, model.num_parameters()),
                                     .seed = arguments.seed,
                                     .second_order = arguments.second_order};
  announce(experiment, arguments, options);
  const auto scores = [&] {
    // The same position for each call: dropout drops the same elements and is checked too.
    const RandomScope random(RandomPosition{.seed = experiment.training.seed, .step = 1});
    return std::vector<Tensor>{model(batch)};
  };
  const LeafGradcheckReport report = leaf_gradcheck(scores, model.named_parameters(), options);
  write_result(result_line(report, arguments, options) + "\n");
  if (!report.passed) throw GradcheckFailure(report.text());
  std::fputs((report.text() + "\n").c_str(), stderr);
}

}  // namespace heed
