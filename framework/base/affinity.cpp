#include <sched.h>

#include <thread>

#include "heed/framework/base/processors.h"

namespace heed {

int detail::affinity_processors() {
  cpu_set_t allowed;
  // Fails on machines with more processors than the set holds.
  return sched_getaffinity(0, sizeof allowed, &allowed) == 0
             ? CPU_COUNT(&allowed)
             : static_cast<int>(std::thread::hardware_concurrency());
}

}  // namespace heed
