// How many processors and threads there are to use: affinity, cgroup quotas, HEED_THREADS.
#pragma once

#include <string>

namespace heed {

/// The largest number of threads that may be asked for.
inline constexpr int most_threads = 256;

/// Processors this process may use: its affinity mask, cut by the CPU quota of its cgroups (rounded
/// up); at least 1.
int available_processors();

namespace detail {
/// The value of HEED_THREADS as a number. ValueError unless it is an integer from 1 to
/// most_threads.
int parse_threads(const char* text);

/// Processors that this process may run on (affinity.cpp); 1 on a target that does not say
/// (no_affinity.cpp).
int affinity_processors();

/// CPU quota in processors, rounded up, of the cgroups (v1 and v2) that the file `membership` lists
/// as /proc/self/cgroup does, mounted below `mount`; INT_MAX without a quota, or on a target that
/// has no cgroups (no_quota.cpp).
int quota_processors(const std::string& membership, const std::string& mount);
}  // namespace detail

}  // namespace heed
