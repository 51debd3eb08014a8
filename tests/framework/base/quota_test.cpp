// Counting processors: cgroup quotas, in made-up directories.
#include <climits>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "heed/framework/base/processors.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::quota_test {
namespace {

namespace files = std::filesystem;

/// A directory below the system's temporary one, removed at the end.
class Directory {
 public:
  Directory() {
    std::string name = (files::temp_directory_path() / "heed-processors-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Directory() { files::remove_all(path_); }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  void write(const std::string& name, const std::string& text) const {
    files::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name) << text;
  }
  int quota() const {
    return heed::detail::quota_processors((path_ / "membership").string(), path_.string());
  }

 private:
  files::path path_;
};

}  // namespace

TEST_CASE("a cgroup version 2 quota is rounded up and the tightest ancestor counts") {
  const Directory directory;
  directory.write("membership", "0::/a/b\n");
  CHECK(directory.quota() == INT_MAX);
  directory.write("cpu.max", "max 100000\n");
  directory.write("a/cpu.max", "250000 100000\n");
  directory.write("a/b/cpu.max", "800000 100000\n");
  CHECK(directory.quota() == 3);
  directory.write("a/b/cpu.max", "5000 100000\n");
  CHECK(directory.quota() == 1);
  directory.write("cpu.max", "200000 100000\n");
  directory.write("membership", "0::/\n");
  CHECK(directory.quota() == 2);
}

TEST_CASE("a cgroup version 1 quota is found under each name of its mount") {
  const Directory directory;
  directory.write("membership", "3:memory:/m\n2:cpu,cpuacct:/a\nbroken\n");
  directory.write("m/cpu.max", "1 100000");
  directory.write("cpu/cpu.cfs_quota_us", "-1\n");
  directory.write("cpu/cpu.cfs_period_us", "100000\n");
  CHECK(directory.quota() == INT_MAX);
  directory.write("cpu/a/cpu.cfs_quota_us", "400000\n");
  directory.write("cpu/a/cpu.cfs_period_us", "100000\n");
  CHECK(directory.quota() == 4);
  directory.write("cpu,cpuacct/cpu.cfs_quota_us", "150000\n");
  directory.write("cpu,cpuacct/cpu.cfs_period_us", "100000\n");
  CHECK(directory.quota() == 2);
}

TEST_CASE("processes without cgroups have no quota") {
  CHECK(heed::detail::quota_processors("/nowhere/membership", "/nowhere") == INT_MAX);
}

}  // namespace heed::testing::quota_test
