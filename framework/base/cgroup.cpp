#include "heed/framework/base/cgroup.h"

#include <fstream>

namespace heed {

std::vector<CgroupDirectory> cgroup_directories(const std::string& controller,
                                                const std::string& membership,
                                                const std::string& mount) {
  std::vector<CgroupDirectory> directories;
  std::ifstream lines(membership);
  for (std::string line; std::getline(lines, line);) {
    // id:controllers:folder; version 2 has no controllers.
    const size_t first = line.find(':');
    const size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const bool version_2 = controllers.empty();
    if (!version_2 && ("," + controllers + ",").find("," + controller + ",") == std::string::npos) {
      continue;
    }
    const std::filesystem::path root(mount);
    for (const auto& base : {version_2 ? root : root / controllers,
                             version_2 ? root / "unified" : root / controller}) {
      // Each ancestor limits too. In a container without a namespace of its own the folder is
      // the host's and only the root exists.
      for (std::filesystem::path folder(line.substr(second + 1));; folder = folder.parent_path()) {
        directories.push_back({base / folder.relative_path(), version_2});
        if (!folder.has_relative_path()) break;
      }
    }
  }
  return directories;
}

}  // namespace heed
