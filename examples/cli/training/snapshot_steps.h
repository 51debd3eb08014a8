// The steps at which a run looks at its heads.
#pragma once

#include <cstdint>
#include <vector>

namespace heed {

/// `count` steps from 0 to `steps`, increasing: 0, 1, then the more apart the later, by one factor;
/// at first, where that would be less than a step, one after another. All steps if there are not
/// more than `count`.
std::vector<int64_t> snapshot_steps(int64_t count, int64_t steps);

}  // namespace heed
