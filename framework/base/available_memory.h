// How much memory this process may still take.
#pragma once

#include <cstdint>
#include <string>

namespace heed {

/// In bytes: what the machine has left, cut by the memory limits of its cgroups and by `ulimit -v`.
/// INT64_MAX if nothing is known. On a target without these (no_available_memory.cpp): half of its
/// address space.
int64_t available_memory();

namespace detail {
/// What the cgroups (v1 and v2) leave, by files as in cgroup_directories; INT64_MAX without a
/// limit.
int64_t cgroup_memory(const std::string& membership, const std::string& mount);
/// What the machine has left, by a file like /proc/meminfo; INT64_MAX if it does not say.
int64_t machine_memory(const std::string& meminfo);
}  // namespace detail

}  // namespace heed
