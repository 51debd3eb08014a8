// `heed trace`: shows each operation of one forward pass.
#include <fmt/format.h>

#include "heed/examples/cli/commands/line/arguments.h"
#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/config/text.h"
#include "heed/examples/cli/inspect/trace/trace_text.h"
#include "heed/examples/cli/inspect/trace/traced_forward.h"
#include "heed/examples/cli/runs/terminal.h"
#include "heed/framework/base/text.h"

namespace heed {
namespace {

struct TraceArguments {
  TrainedArguments source;
  bool json = false;
};

Options trace_options(TraceArguments& arguments) {
  return with_model(
      arguments.source,
      {Option::flag("--json", &arguments.json, "a JSON line for each operation, then the totals")});
}

std::string totals_line(const TraceTotals& totals, const std::string& config, int64_t parameters) {
  const JsonValue line = {
      {"config", config},        {"ops", totals.ops},           {"views", totals.views},
      {"copies", totals.copies}, {"computed", totals.computed}, {"bytes", totals.bytes},
      {"parameters", parameters}};
  return json_line(line);
}

/// Inputs and output, above the table.
std::string introduction_text(const std::string& config, const Batch& batch, const Tensor& scores) {
  std::string text = fmt::format("{}: one forward pass of {} sequences: token ids {}", config,
                                 TracedForward::sequences, text_of(batch.inputs.shape()));
  if (batch.decoder_inputs.defined()) {
    text += " and decoder ids " + text_of(batch.decoder_inputs.shape());
  }
  return text + " to scores " + text_of(scores.shape()) + "\n\n";
}

void run_trace(const Program& program, const TraceArguments& arguments) {
  const auto [name, model, form, seed] = named_model(program, arguments.source);
  const TracedForward forward(*model, form, seed);
  const TraceRecorder& recorder = forward.recorder;
  const TraceTotals totals = totals_of(recorder);
  const int64_t parameters = model->num_parameters();
  if (arguments.json) {
    return write_result(trace_json(recorder) + totals_line(totals, name, parameters));
  }
  write_result(introduction_text(name, forward.batch, forward.scores) + trace_table(recorder) +
               fmt::format("\n{}: {} view, {} copy, {} compute; {} of new memory; {}\n{}\n",
                           counted(totals.ops, "op"), totals.views, totals.copies, totals.computed,
                           bytes_text(totals.bytes), counted(parameters, "parameter"),
                           letters_text(recorder)));
}

}  // namespace

Command trace_command() {
  return {
      .name = "trace",
      .stage = Stage::analyse,
      .summary = "show each operation of one forward pass: axes, sizes, views and copies",
      .description =
          "Runs two random sequences, as in the first step of training. A view shares "
          "the memory of an input; copy and compute allocate new memory. Axes have the names "
          "that the modules' own shape checks give them, or are inferred from them.",
      .examples = {{"heed trace configs/cross_reverse.json", "prints a table"},
                   {"heed trace configs/text.json --json | tail -n 1", "prints only the totals"}},
      .call = calling(trace_options, run_trace)};
}

}  // namespace heed
