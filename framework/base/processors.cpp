#include "heed/framework/base/processors.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "heed/framework/base/error.h"

namespace heed {
int available_processors() {
  return std::max(1, std::min(detail::affinity_processors(),
                              detail::quota_processors("/proc/self/cgroup", "/sys/fs/cgroup")));
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

}  // namespace heed
