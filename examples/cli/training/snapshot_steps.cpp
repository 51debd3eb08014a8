#include "heed/examples/cli/training/snapshot_steps.h"

#include <algorithm>
#include <cmath>

namespace heed {

std::vector<int64_t> snapshot_steps(int64_t count, int64_t steps) {
  std::vector<int64_t> all;
  if (count > 0) all.push_back(0);
  const int64_t intervals = std::min(count - 1, steps) - 1;  // after step 1
  for (int64_t k = 0; k <= intervals; ++k) {
    const double share =
        intervals == 0 ? 1 : static_cast<double>(k) / static_cast<double>(intervals);
    const auto spaced = static_cast<int64_t>(std::llround(std::pow(steps, share)));
    all.push_back(std::clamp(spaced, all.back() + 1, steps - (intervals - k)));
  }
  return all;
}

}  // namespace heed
