// The control groups that this process is in: they limit what it may use of the machine.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace heed {

/// A directory with the limits of one group.
struct CgroupDirectory {
  std::filesystem::path path;
  bool is_version_2;
};

/// The directories for a controller of version 1, such as "cpu", and of version 2: of the groups
/// that the file `membership` lists as /proc/self/cgroup does, and of all their ancestors, mounted
/// below `mount`. Not all of them need exist.
std::vector<CgroupDirectory> cgroup_directories(const std::string& controller,
                                                const std::string& membership,
                                                const std::string& mount);

}  // namespace heed
