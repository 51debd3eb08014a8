// What parallel_for takes from the process around it: environment, fork and exit. Tests
// with the tag [.child] do nothing by themselves; those with [process] run them in a process of
// their own, or start threads in a forked one. qemu can do neither for another processor.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <thread>

#include "heed/framework/base/error.h"
#include "heed/framework/base/memory.h"
#include "heed/framework/base/parallel.h"
#include "heed/framework/base/processors.h"
#include "heed/tests/support/catch.h"

#if defined(__SANITIZE_THREAD__)
#define HEED_THREAD_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define HEED_THREAD_SANITIZER 1
#endif
#endif

namespace heed::testing::parallel_process_test {
namespace {

namespace files = std::filesystem;

struct Outcome {
  std::string output;
  int code;
};

/// Runs the hidden test `name` of this program after the shell words `environment`.
Outcome run_child(const std::string& environment, const std::string& name) {
  const std::string program = files::read_symlink("/proc/self/exe").string();
  const std::string command = environment + " '" + program + "' '" + name + "' 2>&1";
  Outcome outcome{"", -1};
  FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 256> buffer{};
  while (std::fgets(buffer.data(), buffer.size(), pipe) != nullptr) outcome.output += buffer.data();
  const int status = pclose(pipe);
  if (WIFEXITED(status)) outcome.code = WEXITSTATUS(status);
  return outcome;
}

/// -1 if a signal ended it.
int exit_code_of(pid_t child) {
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// What num_threads says in a new process.
std::string threads_with(const std::string& environment) {
  const std::string output = run_child(environment, "child prints num_threads").output;
  const size_t begin = output.find('<');
  return begin == std::string::npos ? output
                                    : output.substr(begin + 1, output.rfind('>') - begin - 1);
}

void count_to(int size) {
  std::atomic<int> sum{0};
  heed::parallel_for(size, 1, [&](int64_t, int64_t) { ++sum; });
  if (sum != size) std::_Exit(3);
}

struct LoopAtExit {
  bool active = false;
  ~LoopAtExit() {
    if (active) count_to(100);
  }
};
LoopAtExit loop_at_exit;

}  // namespace

TEST_CASE("child prints num_threads", "[.child]") {
  try {
    const int count = heed::num_threads();
    std::cout << "<" << count << ">" << std::endl;
  } catch (const heed::ValueError& error) {
    std::string again;
    try {
      heed::num_threads();
    } catch (const heed::ValueError& second) {
      again = second.what();
    }
    std::cout << "<" << (again == error.what() ? again : "not thrown again") << ">" << std::endl;
  }
}

TEST_CASE("child exits inside a body", "[.child]") {
  heed::set_num_threads(3);
  count_to(100);
  const auto caller = std::this_thread::get_id();
  const bool in_worker = std::getenv("HEED_TEST_WORKER") != nullptr;
  std::atomic<bool> exiting{false};
  heed::parallel_for(1'000'000'000, 1, [&](int64_t, int64_t) {
    const bool is_caller = std::this_thread::get_id() == caller;
    if (is_caller != in_worker && !exiting.exchange(true)) std::exit(7);
    std::this_thread::yield();
  });
}

TEST_CASE("child loops in a destructor after exit", "[.child]") {
  heed::set_num_threads(3);
  count_to(100);
  loop_at_exit.active = true;
  std::exit(8);
}

TEST_CASE("HEED_THREADS sets the number of threads", "[process]") {
  CHECK(threads_with("HEED_THREADS=1") == "1");
  CHECK(threads_with("HEED_THREADS=256") == "256");
}

TEST_CASE("an invalid HEED_THREADS is an error at every use", "[process]") {
  for (const std::string value : {"", "0", "257", "-1", "two", "2 ", " 2", "2.5", "99999999999"}) {
    CHECK(threads_with("HEED_THREADS='" + value + "'") ==
          "HEED_THREADS: must be an integer from 1 to 256: \"" + value + "\"");
  }
}

TEST_CASE("without HEED_THREADS the number of threads is that of the available processors",
          "[process]") {
  const int available = heed::available_processors();
  CHECK(available >= 1);
  CHECK(threads_with("env -u HEED_THREADS") == std::to_string(std::min(available, 256)));
}

TEST_CASE("a process may exit inside a body", "[process]") {
  CHECK(run_child("", "child exits inside a body").code == 7);
  CHECK(run_child("HEED_TEST_WORKER=1", "child exits inside a body").code == 7);
}

TEST_CASE("a destructor that runs after the pool has stopped may loop", "[process]") {
  CHECK(run_child("", "child loops in a destructor after exit").code == 8);
}

TEST_CASE("a forked child has a pool of its own", "[process]") {
  heed::set_num_threads(3);
  count_to(100);
  std::cout.flush();
  std::fflush(nullptr);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
#ifndef HEED_THREAD_SANITIZER  // which kills a forked child that starts a thread
    std::atomic<int> missing{3};
    heed::parallel_for(3, 1, [&](int64_t, int64_t) {
      --missing;
      while (missing > 0) std::this_thread::yield();
    });
#endif
    std::exit(9);
  }
  CHECK(exit_code_of(child) == 9);
  count_to(100);
}

TEST_CASE("a forked child counts the blocks of threads that it does not have, and of its own",
          "[process]") {
  set_num_threads(3);
  std::array<void*, 4> blocks{};
  const auto each_takes_one = [&] {  // each of the three threads
    std::atomic<int> missing{3};
    blocks[3] = allocate_block(64);
    parallel_for(3, 1, [&](int64_t i, int64_t) {
      blocks[static_cast<size_t>(i)] = allocate_block(64);
      --missing;
      while (missing > 0) std::this_thread::yield();
    });
  };
  const auto all_go_back = [&] {
    for (void* block : blocks) free_block(block, 64);
  };
  const int64_t before = memory_stats().live_bytes;
  each_takes_one();
  std::cout.flush();
  std::fflush(nullptr);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    alarm(60);  // instead of a loop without end
    bool right = memory_stats().live_bytes == before + 4 * 64;
    all_go_back();
#ifndef HEED_THREAD_SANITIZER
    each_takes_one();
    right = right && memory_stats().live_bytes == before + 4 * 64;
    all_go_back();
#endif
    std::exit(right && memory_stats().live_bytes == before ? 9 : 8);
  }
  CHECK(exit_code_of(child) == 9);
  all_go_back();
  CHECK(memory_stats().live_bytes == before);
}

}  // namespace heed::testing::parallel_process_test
