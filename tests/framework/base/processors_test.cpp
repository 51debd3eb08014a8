// Counting processors: affinity, cgroup quotas in made-up directories, the text of HEED_THREADS.
#include "heed/framework/base/processors.h"

#include <sched.h>

#include <climits>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "heed/framework/base/error.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::processors_test {
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

TEST_CASE("available_processors counts those of the affinity mask") {
  int available = 0;
  std::thread([&] {
    cpu_set_t allowed;
    sched_getaffinity(0, sizeof allowed, &allowed);
    int first = 0;
    while (!CPU_ISSET(first, &allowed)) ++first;
    CPU_ZERO(&allowed);
    CPU_SET(first, &allowed);
    sched_setaffinity(0, sizeof allowed, &allowed);
    available = heed::available_processors();
  }).join();
  CHECK(available == 1);
}

TEST_CASE("the text of HEED_THREADS is an integer from 1 to 256") {
  CHECK(heed::detail::parse_threads("1") == 1);
  CHECK(heed::detail::parse_threads("007") == 7);
  CHECK(heed::detail::parse_threads("256") == 256);
  for (const std::string text : {"", "0", "257", "+1", "-1", "0x1", "1 ", "1e1", "4294967297"}) {
    std::string message;
    try {
      heed::detail::parse_threads(text.c_str());
    } catch (const heed::ValueError& error) {
      message = error.what();
    }
    CHECK(message == "HEED_THREADS: must be an integer from 1 to 256: \"" + text + "\"");
  }
}

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

}  // namespace heed::testing::processors_test
