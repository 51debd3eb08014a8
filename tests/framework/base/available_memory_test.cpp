// Available memory: the limits of made-up cgroups, a made-up /proc/meminfo, and `ulimit -v`.
#include "heed/framework/base/available_memory.h"

#include <sys/resource.h>

#include <cstdint>
#include <filesystem>

#include "heed/tests/support/catch.h"
#include "heed/tests/support/folder.h"

namespace heed::testing::available_memory_test {
namespace {

void write(const Folder& folder, const std::string& name, const std::string& text) {
  std::filesystem::create_directories(std::filesystem::path(folder / name).parent_path());
  folder.write(name, text);
}

int64_t left(const Folder& folder) {
  return heed::detail::cgroup_memory(folder / "membership", folder.path());
}

}  // namespace

TEST_CASE("a cgroup leaves what it may use and does not use yet") {
  const Folder two;
  write(two, "membership", "0::/a/b\n");
  CHECK(left(two) == INT64_MAX);
  write(two, "memory.max", "max\n");
  write(two, "a/b/memory.max", "max\n");
  CHECK(left(two) == INT64_MAX);
  write(two, "a/memory.max", "1000\n");
  CHECK(left(two) == 1000);
  write(two, "a/memory.current", "600\n");
  CHECK(left(two) == 400);
  write(two, "a/memory.stat", "anon 300\nfile 250\ninactive_file 200\n");
  CHECK(left(two) == 600);
  write(two, "a/b/memory.max", "50\n");
  CHECK(left(two) == 50);
  write(two, "a/b/memory.current", "70\n");
  CHECK(left(two) == 0);

  const Folder one;
  write(one, "membership", "4:cpu,memory:/a\n3:cpuset:/\n");
  write(one, "memory/a/memory.limit_in_bytes", "2000\n");
  write(one, "memory/a/memory.usage_in_bytes", "500\n");
  CHECK(left(one) == 1500);
}

TEST_CASE("the machine has what is available and the free swap") {
  const Folder folder;
  folder.write("meminfo",
               "MemTotal:       16000000 kB\nMemFree:  10 kB\nMemAvailable:   13720984 kB\n"
               "SwapCached:  5 kB\nSwapTotal:  2000 kB\nSwapFree:  1000 kB\n");
  CHECK(heed::detail::machine_memory(folder / "meminfo") == int64_t{13721984} * 1024);
  CHECK(heed::detail::machine_memory(folder / "none") == INT64_MAX);
  CHECK(available_memory() > 0);
  CHECK(available_memory() <= heed::detail::machine_memory("/proc/meminfo") + (int64_t{1} << 30));
}

}  // namespace heed::testing::available_memory_test
