// `heed graph`: modules and data flow of one forward pass, as Graphviz DOT.
#include "heed/examples/cli/commands/line/arguments.h"
#include "heed/examples/cli/inspect/trace/trace_dot.h"
#include "heed/examples/cli/inspect/trace/traced_forward.h"
#include "heed/examples/cli/runs/terminal.h"

namespace heed {
namespace {

void run_graph(const Program& program, const TrainedArguments& arguments) {
  const auto [name, model, form, seed] = named_model(program, arguments);
  const TracedForward forward(*model, form, seed);
  write_result(
      trace_dot(forward.recorder, forward.names,
                text_of(name, ": one forward pass of ", TracedForward::sequences, " sequences")));
}

}  // namespace

Command graph_command() {
  return {.name = "graph",
          .stage = Stage::analyse,
          .summary = "draw the modules and data flow of one forward pass",
          .description =
              "Writes Graphviz DOT to stdout. Boxes are ops, ellipses parameters, frames modules; "
              "arrows show axes and sizes of the data.",
          .examples = {{"heed graph configs/reverse.json | dot -Tsvg > model.svg",
                        "renders the graph as SVG"}},
          .call = calling(model_options, run_graph)};
}

}  // namespace heed
