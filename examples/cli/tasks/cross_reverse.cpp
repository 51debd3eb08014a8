#include "heed/examples/cli/tasks/sequence_task.h"
#include "heed/examples/cli/tasks/tasks.h"

namespace heed {

void add_cross_reverse_task(Registry& registry) {
  add_sequence_task(
      registry, "cross_reverse",
      "say the sequence backwards, asked position by position (cross-attention)",
      [](const Sequence& source) { return Sequence(source.rbegin(), source.rend()); },
      Attends::queries);
}

}  // namespace heed
