#include <algorithm>

#include "heed/examples/cli/registry.h"
#include "heed/examples/cli/tasks/sequence_task.h"
#include "heed/examples/cli/tasks/tasks.h"

namespace heed {
namespace {

Sequence answer(const Sequence& source) {
  Sequence sorted = source;
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

}  // namespace

void add_sort_task(Registry& registry) {
  registry.add_task({"sort", "say the symbols in ascending order", {sequence_keys::symbols, sequence_keys::length}},
                    [](const Section& options, const TaskSetup& setup) {
                      return std::make_unique<SequenceTask>(options, setup, answer);
                    });
}

}  // namespace heed
