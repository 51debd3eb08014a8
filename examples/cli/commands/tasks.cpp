// `heed tasks`: the types that a configuration can choose.
#include "heed/examples/cli/commands/line/command.h"
#include "heed/examples/cli/config/listing.h"
#include "heed/examples/cli/runs/terminal.h"
#include "heed/examples/cli/training/registry.h"

namespace heed {
namespace {

void run_tasks(const Program& program) {
  write_result(choice_listing(program.registry.table()));
}

}  // namespace

Command tasks_command() {
  return {.name = "tasks",
          .stage = Stage::prepare,
          .summary = "list tasks, attentions, optimizers and all other choices with their keys",
          .description =
              "The types that a configuration can choose, such as task.type, model.attention.type "
              "and train.optimizer, "
              "each with a description and its keys: meaning, range and default.",
          .examples = {{"heed tasks | less", "pages through the list"}},
          .call = calling(run_tasks)};
}

}  // namespace heed
