#include <algorithm>

#include "heed/examples/cli/tasks/sequence_task.h"
#include "heed/examples/cli/tasks/tasks.h"

namespace heed {

void add_sort_task(Registry& registry) {
  add_sequence_task(registry, "sort", "say the symbols in ascending order",
                    [](const Sequence& source) {
                      Sequence sorted = source;
                      std::sort(sorted.begin(), sorted.end());
                      return sorted;
                    });
}

}  // namespace heed
