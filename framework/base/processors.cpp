#include "heed/framework/base/processors.h"

#include <sched.h>

#include <algorithm>
#include <charconv>
#include <climits>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <thread>

#include "heed/framework/base/cgroup.h"
#include "heed/framework/base/error.h"

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

int available_processors() {
  cpu_set_t allowed;
  // Fails on machines with more processors than the set holds.
  const int count = sched_getaffinity(0, sizeof allowed, &allowed) == 0
                        ? CPU_COUNT(&allowed)
                        : static_cast<int>(std::thread::hardware_concurrency());
  return std::max(1,
                  std::min(count, detail::quota_processors("/proc/self/cgroup", "/sys/fs/cgroup")));
}

int detail::parse_threads(const char* text) {
  const std::string_view value(text);
  int count = 0;
  const auto [end, error] = std::from_chars(value.begin(), value.end(), count);
  if (error != std::errc{} || end != value.end() || count < 1 || count > most_threads) {
    throw ValueError("HEED_THREADS: must be an integer from 1 to ", most_threads, ": \"", value,
                     "\"");
  }
  return count;
}

int detail::quota_processors(const std::string& membership, const std::string& mount) {
  double least = INT_MAX;
  for (const auto& [path, is_version_2] : cgroup_directories("cpu", membership, mount)) {
    least = std::min(least, directory_quota(path, is_version_2));
  }
  return static_cast<int>(std::ceil(least));
}

}  // namespace heed
