#include "heed/framework/base/available_memory.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>

#include "heed/framework/base/cgroup.h"

namespace heed {
namespace {

constexpr int64_t unlimited = std::numeric_limits<int64_t>::max();

/// The number in a file; `otherwise` if there is none: "max", or no file.
int64_t number_in(const std::filesystem::path& path, int64_t otherwise) {
  int64_t number = 0;
  return std::ifstream(path) >> number ? number : otherwise;
}

/// The number after a name at the start of a line.
int64_t number_after(const std::filesystem::path& path, const std::string& name) {
  std::ifstream file(path);
  std::string word;
  int64_t number = 0;
  while (file >> word >> number) {
    if (word == name) return number;
    file.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return 0;
}

/// What one group leaves. Files that are cached can be forgotten.
int64_t left_in(const CgroupDirectory& group) {
  const bool v2 = group.is_version_2;
  const int64_t limit =
      number_in(group.path / (v2 ? "memory.max" : "memory.limit_in_bytes"), unlimited);
  if (limit == unlimited) return unlimited;
  const int64_t used = number_in(group.path / (v2 ? "memory.current" : "memory.usage_in_bytes"), 0);
  const int64_t cached = number_after(group.path / "memory.stat", "inactive_file");
  return std::max<int64_t>(0, limit - std::max<int64_t>(0, used - cached));
}

int64_t address_space() {
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return unlimited;
  const int64_t used = number_in("/proc/self/statm", 0) * sysconf(_SC_PAGESIZE);
  return std::max<int64_t>(0, static_cast<int64_t>(limit.rlim_cur) - used);
}

}  // namespace

int64_t available_memory() {
  return std::min({detail::machine_memory("/proc/meminfo"),
                   detail::cgroup_memory("/proc/self/cgroup", "/sys/fs/cgroup"), address_space()});
}

int64_t detail::cgroup_memory(const std::string& membership, const std::string& mount) {
  int64_t least = unlimited;
  for (const CgroupDirectory& group : cgroup_directories("memory", membership, mount)) {
    least = std::min(least, left_in(group));
  }
  return least;
}

int64_t detail::machine_memory(const std::string& meminfo) {
  std::ifstream file(meminfo);
  int64_t kibibytes = 0;
  bool is_known = false;
  for (std::string line; std::getline(file, line);) {
    const size_t colon = line.find(':');
    const std::string name = line.substr(0, colon);
    if (colon == std::string::npos || (name != "MemAvailable" && name != "SwapFree")) continue;
    kibibytes += std::strtoll(line.c_str() + colon + 1, nullptr, 10);
    is_known = is_known || name == "MemAvailable";
  }
  return is_known ? kibibytes * 1024 : unlimited;
}

}  // namespace heed
