// HEED_SIMD is read when a program starts, so a program of its own is started here.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "heed/framework/kernels/simd/target.h"
#include "heed/tests/examples/cli/program_run.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::program_simd_test {
namespace {

/// `heed --version` in a process of its own, with this HEED_SIMD.
Ended version_with(const std::string& target) {
  const Folder folder;
  const std::string program = std::filesystem::read_symlink("/proc/self/exe").string();
  const std::string command = "HEED_TEST_CHILD=1 HEED_SIMD='" + target + "' '" + program +
                              "' 'child is heed' >" + (folder / "out") + " 2>" + (folder / "err");
  const int status = std::system(command.c_str());
  Ended ended{.out = folder.read("out"), .err = folder.read("err")};
  if (WIFEXITED(status)) ended.exit_code = WEXITSTATUS(status);
  return ended;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("child is heed", "[.child]") {
  if (std::getenv("HEED_TEST_CHILD") == nullptr) return;  // chosen by the name of its file
  const char* const arguments[] = {"heed", "--version"};
  const int code = run_program(2, arguments, builtin_registry());
  if (code == 0) std::printf("on <%s>\n", kernels::simd_target().c_str());
  std::fflush(nullptr);
  std::_Exit(code);
}

TEST_CASE("HEED_SIMD chooses the program's vector instructions", "[program]") {
  for (const std::string& target : kernels::simd_targets()) {
    const Ended ended = version_with(target);
    CHECK(ended.exit_code == 0);
    CHECK(ended.err.empty());
    CHECK(contains(ended.out, "on <" + target + ">"));
  }
}

TEST_CASE("A HEED_SIMD that is not here is one line and bad input", "[program]") {
  std::string list;
  for (const std::string& target : kernels::simd_targets()) {
    list += (list.empty() ? "" : ", ") + target;
  }
  for (const char* name : {"foo", ""}) {
    const Ended ended = version_with(name);
    CHECK(ended.exit_code == 2);
    CHECK_FALSE(contains(ended.out, "heed 0."));
    CHECK(ended.err == std::string("HEED_SIMD: no SIMD target ") + name + " here; there is " +
                           list + "; see heed --help\n");
  }
}

}  // namespace heed::testing::program_simd_test
