#include "heed/examples/cli/tasks/sequence_task.h"
#include "heed/examples/cli/tasks/tasks.h"

namespace heed {

void add_reverse_task(Registry& registry) {
  add_sequence_task(registry, "reverse", "say the sequence backwards", [](const Sequence& source) {
    return Sequence(source.rbegin(), source.rend());
  });
}

}  // namespace heed
