// Counting processors: the affinity mask.
#include <sched.h>

#include <thread>

#include "heed/framework/base/processors.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::affinity_test {

TEST_CASE("available_processors counts those of the affinity mask") {
  int available = 0;
  std::thread([&] {
    cpu_set_t allowed;
    sched_getaffinity(0, sizeof allowed, &allowed);
    int first = 0;
    while (!CPU_ISSET(first, &allowed)) ++first;
    CPU_ZERO(&allowed);
    CPU_SET(first, &allowed);
    sched_setaffinity(0, sizeof allowed, &allowed);
    available = heed::available_processors();
  }).join();
  CHECK(available == 1);
}

}  // namespace heed::testing::affinity_test
