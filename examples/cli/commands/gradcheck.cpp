// `heed gradcheck`: compares the gradients of a configured model with finite differences.
#include <fmt/format.h>

#include <algorithm>

#include "heed/examples/cli/commands/line/arguments.h"
#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/inspect/long_work.h"
#include "heed/examples/cli/inspect/model_gradcheck.h"
#include "heed/examples/cli/runs/terminal.h"
#include "heed/examples/cli/training/failure.h"
#include "heed/framework/base/text.h"

namespace heed {
namespace {

// A model with more parameters gets a sample of this many: it takes seconds.
constexpr int64_t most_by_default = 5000;

struct GradcheckArguments {
  TrainedArguments source;
  bool all = false;
  std::optional<int64_t> sample;
  int64_t seed = 0;
  bool second_order = false;
  int64_t minutes = usual_minutes;
};

Options gradcheck_options(GradcheckArguments& arguments) {
  return with_model(
      arguments.source,
      {Option::flag("--all", &arguments.all,
                    "every element of every parameter; the default for small models"),
       Option::value(
           "--sample", &arguments.sample, "N",
           "number of random elements to check, at least one of each parameter; the default "
           "for large models")
           .at_least(1)
           .excluding("--all"),
       Option::value("--seed", &arguments.seed, "N",
                     "seed for sampling and for the random directions; default 0")
           .at_least(0),
       Option::flag("--second-order", &arguments.second_order,
                    "check the gradients of the gradients"),
       minutes_option(arguments.minutes)});
}

/// How many elements to check; nothing if all.
std::optional<int64_t> sample_of(const GradcheckArguments& arguments, int64_t total) {
  if (arguments.all) return std::nullopt;
  if (arguments.sample) return arguments.sample;
  return total > most_by_default ? std::optional(most_by_default) : std::nullopt;
}

void announce(const NamedModel& named, const GradcheckOptions& options) {
  const int64_t total = named.model->num_parameters();
  const auto tensors = static_cast<int64_t>(named.model->parameters().size());
  const std::string which = options.sample && *options.sample < total
                                ? fmt::format("a random sample of {} (seed {}; --all for all)",
                                              std::max(*options.sample, tensors), options.seed)
                                : "every one";
  say(fmt::format("{}: {} in f64, {}gradients, checking {}", named.name,
                  counted(total, "parameter"), options.second_order ? "second-order " : "", which));
}

std::string result_line(const GradcheckReport& report, const GradcheckArguments& arguments,
                        const GradcheckOptions& options) {
  JsonValue worst;  // null if there are only kinks
  if (report.worst.ratio >= 0) {
    worst = {{"path", report.worst.path},
             {"index", std::vector<int64_t>(report.worst.index.begin(), report.worst.index.end())},
             {"analytic", report.worst.analytic},
             {"numeric", report.worst.numeric},
             {"ratio", report.worst.ratio}};
  }
  const JsonValue line = {{"config", arguments.source.path},
                          {"order", options.second_order ? 2 : 1},
                          {"seed", options.seed},
                          {"elements", report.elements},
                          {"of", report.total},
                          {"wrong", report.wrong},
                          {"kinks", report.kinks.size()},
                          {"worst", worst},
                          {"passed", report.passed}};
  return json_line(line);
}

void run_gradcheck(const Program& program, const GradcheckArguments& arguments) {
  const NamedModel named = named_model(program, arguments.source);
  const int64_t total = named.model->num_parameters();
  const std::optional<int64_t> sample = sample_of(arguments, total);
  LongWork work({.name = named.name,
                 .parts = "elements",
                 .count = std::min(total, sample.value_or(total)),
                 .most_minutes = arguments.minutes,
                 .instead = "a smaller --sample"});
  const GradcheckOptions options{.sample = sample,
                                 .seed = static_cast<uint64_t>(arguments.seed),
                                 .second_order = arguments.second_order,
                                 .before_each = [&] { work.next(); }};
  announce(named, options);
  const GradcheckReport report =
      check_model_gradients(*named.model, named.form, named.seed, options);
  write_result(result_line(report, arguments, options));
  if (!report.passed) throw GradcheckFailure(report.text());
  say(report.text());
}

}  // namespace

Command gradcheck_command() {
  return {.name = "gradcheck",
          .stage = Stage::analyse,
          .summary = "compare the gradients of a model with finite differences",
          .description =
              "Runs in f64 on two random sequences, dropout included, and compares each "
              "checked gradient with a finite difference of the loss. Names the worst one by "
              "its path and index. The last line on stdout is the result as JSON.",
          .exit_status = {{"0", "the gradients are right"},
                          {"1", "a gradient is wrong, or the command failed"},
                          {"2", "bad input; nothing was done"}},
          .examples = {{"heed gradcheck configs/reverse.json", "checks first derivatives"},
                       {"heed gradcheck runs/sort-1", "checks them at trained weights"},
                       {"heed gradcheck configs/text.json --sample 200 --second-order",
                        "checks 200 elements and the gradients of their gradients"}},
          .call = calling(gradcheck_options, run_gradcheck)};
}

}  // namespace heed
