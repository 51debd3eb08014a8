// `heed tasks`: the tasks and attentions that a configuration can name.
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
          .summary = "list tasks and attentions with their keys",
          .description =
              "The types that the sections \"task\" and \"model.attention\" of a configuration can "
              "have, each with what it is and its keys: meaning, range and default.",
          .examples = {{"heed tasks | less", "reads them all"}},
          .call = calling(run_tasks)};
}

}  // namespace heed
