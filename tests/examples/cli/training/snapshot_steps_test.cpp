// The steps of snapshots.
#include "heed/examples/cli/training/snapshot_steps.h"

#include "heed/tests/support/catch.h"

namespace heed::testing::snapshot_steps_test {
namespace {

using Steps = std::vector<int64_t>;

TEST_CASE("snapshots are ever further apart", "[program][snapshots]") {
  CHECK(snapshot_steps(5, 1000) == Steps{0, 1, 10, 100, 1000});
  CHECK(snapshot_steps(8, 64) == Steps{0, 1, 2, 4, 8, 16, 32, 64});
  CHECK(snapshot_steps(24, 1000) == Steps{0,  1,  2,  3,  4,   5,   6,   7,   9,   12,  17,  23,
                                          32, 43, 59, 81, 111, 152, 208, 285, 390, 534, 731, 1000});
  CHECK(snapshot_steps(0, 1000).empty());
  CHECK(snapshot_steps(1, 1000) == Steps{0});
  CHECK(snapshot_steps(2, 1000) == Steps{0, 1000});
  CHECK(snapshot_steps(24, 3) == Steps{0, 1, 2, 3});
  CHECK(snapshot_steps(4, 3) == Steps{0, 1, 2, 3});
  CHECK(snapshot_steps(3, 1) == Steps{0, 1});
}

TEST_CASE("snapshot steps increase from 0 to the last step, as many as are wanted",
          "[program][snapshots]") {
  for (const int64_t steps : {1, 2, 7, 23, 24, 25, 30, 400, 999'999'999}) {
    for (const int64_t count : {2, 3, 4, 5, 24, 25, 26, 1000}) {
      const Steps all = snapshot_steps(count, steps);
      INFO(count << " of " << steps);
      CHECK(std::ssize(all) == std::min(count, steps + 1));
      CHECK(all.front() == 0);
      CHECK(all.back() == steps);
      bool increases = true;
      for (size_t i = 1; i < all.size(); ++i) increases = increases && all[i] > all[i - 1];
      CHECK(increases);
    }
  }
}

}  // namespace
}  // namespace heed::testing::snapshot_steps_test
