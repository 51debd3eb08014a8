#include "heed/examples/cli/registry.h"
#include "heed/examples/cli/tasks/sequence_task.h"
#include "heed/examples/cli/tasks/tasks.h"

namespace heed {
namespace {

Sequence answer(const Sequence& source) { return source; }

}  // namespace

void add_copy_task(Registry& registry) {
  registry.add_task({"copy", "say the sequence again", {sequence_keys::symbols, sequence_keys::length}},
                    [](const Section& options, const TaskSetup& setup) {
                      return std::make_unique<SequenceTask>(options, setup, answer);
                    });
}

}  // namespace heed
