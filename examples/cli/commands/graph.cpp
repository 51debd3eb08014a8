#include "heed/examples/cli/commands/kept_commands.h"
#include "heed/examples/cli/inspect/trace/trace_dot.h"
#include "heed/examples/cli/inspect/trace/traced_forward.h"
#include "heed/examples/cli/training/experiment.h"

namespace heed {

void graph_command(const Registry& registry, const ConfigArguments& arguments) {
  const Experiment experiment = prepare_experiment(registry, arguments.path, arguments.sets);
  const TracedForward forward(experiment);
  write_result(trace_dot(
      forward.recorder, forward.names,
      text_of(arguments.path, ": one forward pass of ", TracedForward::sequences, " sequences")));
}

}  // namespace heed
