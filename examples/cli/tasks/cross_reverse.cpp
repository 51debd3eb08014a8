#include "heed/examples/cli/registry.h"
#include "heed/examples/cli/tasks/sequence_task.h"
#include "heed/examples/cli/tasks/tasks.h"

namespace heed {
namespace {

Sequence answer(const Sequence& source) { return {source.rbegin(), source.rend()}; }

}  // namespace

void add_cross_reverse_task(Registry& registry) {
  registry.add_task({"cross_reverse", "say the sequence backwards, asked position by position (cross-attention)", {sequence_keys::symbols, sequence_keys::length}},
                    [](const Section& options, const TaskSetup& setup) {
                      return std::make_unique<SequenceTask>(options, setup, answer, Attends::positions);
                    });
}

}  // namespace heed
