#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "heed/examples/cli/commands/commands.h"
#include "heed/examples/cli/config/json_line.h"
#include "heed/examples/cli/inspect/trace/trace_text.h"
#include "heed/examples/cli/inspect/trace/traced_forward.h"
#include "heed/examples/cli/training/experiment.h"

namespace heed {
namespace {

std::string totals_line(const TraceTotals& totals, const std::string& config, int64_t parameters) {
  const nlohmann::ordered_json line = {
      {"config", config},        {"ops", totals.ops},           {"views", totals.views},
      {"copies", totals.copies}, {"computed", totals.computed}, {"bytes", totals.bytes},
      {"parameters", parameters}};
  return json_line(line);
}

/// What goes in and what comes out, in front of the table.
std::string introduction_text(const std::string& config, const Batch& batch, const Tensor& scores) {
  std::string text = fmt::format("{}: one forward pass of {} sequences: token ids {}", config,
                                 TracedForward::sequences, text_of(batch.inputs.shape()));
  if (batch.decoder_inputs.defined()) {
    text += " and decoder ids " + text_of(batch.decoder_inputs.shape());
  }
  return text + " to scores " + text_of(scores.shape()) + "\n\n";
}

}  // namespace

void trace_command(const Registry& registry, const TraceArguments& arguments) {
  const std::string& config = arguments.config.path;
  const Experiment experiment = prepare_experiment(registry, config, arguments.config.sets);
  const TracedForward forward(experiment);
  const TraceRecorder& recorder = forward.recorder;
  const TraceTotals totals = totals_of(recorder);
  const int64_t parameters = experiment.model->num_parameters();
  if (arguments.json) {
    return write_result(trace_json(recorder) + totals_line(totals, config, parameters));
  }
  write_result(introduction_text(config, forward.batch, forward.scores) + trace_table(recorder) +
               fmt::format("\n{} ops: {} view, {} copy, {} compute; {} of new memory; {} "
                           "parameters\n{}\n",
                           totals.ops, totals.views, totals.copies, totals.computed,
                           bytes_text(totals.bytes), parameters, letters_text(recorder)));
}

}  // namespace heed
