#include <algorithm>
#include <climits>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "heed/framework/base/cgroup.h"
#include "heed/framework/base/processors.h"

namespace heed {
namespace {

// Quota over period, from a directory of one cgroup; a file that is missing or says "max" or -1
// sets no limit.
double directory_quota(const std::filesystem::path& directory, bool version_2) {
  double quota = -1, period = 0;
  if (version_2) {
    std::ifstream(directory / "cpu.max") >> quota >> period;
  } else {
    std::ifstream(directory / "cpu.cfs_quota_us") >> quota;
    std::ifstream(directory / "cpu.cfs_period_us") >> period;
  }
  return quota > 0 && period > 0 ? quota / period : INT_MAX;
}

}  // namespace

int detail::quota_processors(const std::string& membership, const std::string& mount) {
  double least = INT_MAX;
  for (const auto& [path, is_version_2] : cgroup_directories("cpu", membership, mount)) {
    least = std::min(least, directory_quota(path, is_version_2));
  }
  return static_cast<int>(std::ceil(least));
}

}  // namespace heed
