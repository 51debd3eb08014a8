#include "heed/examples/cli/tasks/sequence_task.h"
#include "heed/examples/cli/tasks/tasks.h"

namespace heed {

void add_copy_task(Registry& registry) {
  add_sequence_task(registry, "copy", "say the sequence again",
                    [](const Sequence& source) { return source; });
}

}  // namespace heed
