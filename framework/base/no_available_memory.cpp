#include <cstdint>

#include "heed/framework/base/available_memory.h"

namespace heed {

/// Half of the address space: what is more than that cannot be had, whatever the machine has.
int64_t available_memory() {
  return static_cast<int64_t>(SIZE_MAX / 2);
}

}  // namespace heed
