#include "heed/framework/base/parallel.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <limits>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "heed/framework/base/error.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::parallel_test {
namespace {

using Chunk = std::pair<int64_t, int64_t>;

std::vector<Chunk> chunks_of(int64_t size, int64_t grain) {
  std::vector<Chunk> chunks;
  std::mutex mutex;
  parallel_for(size, grain, [&](int64_t begin, int64_t end) {
    const std::lock_guard lock(mutex);
    chunks.emplace_back(begin, end);
  });
  return chunks;
}

/// Waits until `count` threads are here, which proves that so many run at once.
class Meeting {
 public:
  explicit Meeting(int count) : missing_(count) {}
  void attend() {
    --missing_;
    while (missing_ > 0) std::this_thread::yield();
  }

 private:
  std::atomic<int> missing_;
};

/// Sets the number of threads for one test.
class Threads {
 public:
  explicit Threads(int count) : before_(heed::num_threads()) { heed::set_num_threads(count); }
  ~Threads() { heed::set_num_threads(before_); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

 private:
  int before_;
};

}  // namespace

TEST_CASE("parallel_for cuts a loop by its size and grain whatever the number of threads") {
  const int threads = GENERATE(1, 2, 3, 8);
  const Threads scope(threads);
  for (int repeat = 0; repeat < 50; ++repeat) {
    auto chunks = chunks_of(10, 4);
    std::sort(chunks.begin(), chunks.end());
    REQUIRE(chunks == std::vector<Chunk>{{0, 4}, {4, 8}, {8, 10}});
  }
}

TEST_CASE("parallel_for visits each index once") {
  const int threads = GENERATE(1, 2, 5);
  const Threads scope(threads);
  for (const int64_t size : {1, 2, 63, 64, 65, 1000}) {
    for (const int64_t grain : {1, 2, 7, 64, 5000}) {
      std::vector<int> visits(static_cast<size_t>(size), 0);
      parallel_for(size, grain, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) ++visits[static_cast<size_t>(i)];
      });
      REQUIRE(visits == std::vector<int>(static_cast<size_t>(size), 1));
    }
  }
}

TEST_CASE("parallel_for of size 0 calls nothing") {
  CHECK(chunks_of(0, 1).empty());
}

TEST_CASE("parallel_for takes the largest sizes and grains") {
  constexpr int64_t most = std::numeric_limits<int64_t>::max();
  CHECK(chunks_of(most, most) == std::vector<Chunk>{{0, most}});
  auto chunks = chunks_of(most, most - 1);
  std::sort(chunks.begin(), chunks.end());
  CHECK(chunks == std::vector<Chunk>{{0, most - 1}, {most - 1, most}});
}

TEST_CASE("parallel_for with one thread or one chunk runs in the caller in ascending order") {
  const auto caller = std::this_thread::get_id();
  std::set<std::thread::id> seen;
  const auto note = [&](int64_t, int64_t) { seen.insert(std::this_thread::get_id()); };
  {
    const Threads scope(1);
    CHECK(chunks_of(5, 2) == std::vector<Chunk>{{0, 2}, {2, 4}, {4, 5}});
    parallel_for(100, 1, note);
  }
  const Threads scope(4);
  parallel_for(100, 100, note);
  CHECK(seen == std::set<std::thread::id>{caller});
}

TEST_CASE("parallel_for runs its chunks at the same time on as many threads as were set") {
  for (const int threads : {2, 4, 3}) {
    const Threads scope(threads);
    Meeting meeting(threads);
    std::mutex mutex;
    std::set<std::thread::id> seen;
    parallel_for(threads, 1, [&](int64_t, int64_t) {
      meeting.attend();
      const std::lock_guard lock(mutex);
      seen.insert(std::this_thread::get_id());
    });
    CHECK(seen.size() == static_cast<size_t>(threads));
  }
}

TEST_CASE("parallel_for refuses a grain below 1 and a negative size") {
  const auto nothing = [](int64_t, int64_t) {};
  CHECK(message_of([&] { parallel_for(3, 0, nothing); }) ==
        "parallel_for: grain must be at least 1: 0");
  CHECK(message_of([&] { parallel_for(0, -2, nothing); }) ==
        "parallel_for: grain must be at least 1: -2");
  CHECK(message_of([&] { parallel_for(-1, 1, nothing); }) ==
        "parallel_for: size must not be negative: -1");
}

TEST_CASE("set_num_threads takes 1 to 256") {
  const Threads scope(2);
  CHECK(message_of([] { heed::set_num_threads(0); }) ==
        "set_num_threads: count must be from 1 to 256: 0");
  CHECK(message_of([] { heed::set_num_threads(257); }) ==
        "set_num_threads: count must be from 1 to 256: 257");
  CHECK(heed::num_threads() == 2);
  heed::set_num_threads(256);
  CHECK(heed::num_threads() == 256);
}

TEST_CASE("parallel_for rethrows what a body throws and stays usable") {
  const int threads = GENERATE(1, 2, 4);
  const Threads scope(threads);
  for (int repeat = 0; repeat < 100; ++repeat) {
    CHECK_THROWS_WITH(parallel_for(8, 1,
                                   [](int64_t begin, int64_t) {
                                     if (begin == 5) throw std::runtime_error("chunk 5");
                                   }),
                      "chunk 5");
    CHECK(chunks_of(8, 1).size() == 8);
  }
}

TEST_CASE("parallel_for rethrows the exception of the lowest chunk when several throw") {
  const Threads scope(4);
  for (int repeat = 0; repeat < 50; ++repeat) {
    Meeting meeting(4);
    CHECK_THROWS_WITH(parallel_for(4, 1,
                                   [&](int64_t begin, int64_t) {
                                     meeting.attend();
                                     if (begin > 0) throw std::runtime_error(std::to_string(begin));
                                   }),
                      "1");
  }
}

TEST_CASE("the lowest chunk that throws does so even if a higher one has thrown before") {
  const Threads scope(2);
  for (int repeat = 0; repeat < 50; ++repeat) {
    std::atomic<bool> thrown{false};
    CHECK_THROWS_WITH(parallel_for(8, 1,  // the second thread begins with chunk 4
                                   [&](int64_t begin, int64_t) {
                                     if (begin == 0) {
                                       while (!thrown) std::this_thread::yield();
                                     } else if (begin == 4) {
                                       thrown = true;
                                       throw std::runtime_error("4");
                                     } else if (begin == 2) {
                                       throw std::runtime_error("2");
                                     }
                                   }),
                      "2");
  }
}

TEST_CASE("parallel_for starts no more chunks after an exception and finishes the claimed ones") {
  const Threads scope(2);
  Meeting both(2);
  std::atomic<bool> thrown{false};
  std::atomic<int> started{0}, finished{0};
  CHECK_THROWS_WITH(parallel_for(1'000'000, 1,
                                 [&](int64_t begin, int64_t) {
                                   if (started++ < 2) both.attend();  // one in each thread
                                   if (begin == 0) {
                                     thrown = true;
                                     throw std::runtime_error("stop");
                                   }
                                   while (!thrown) std::this_thread::yield();
                                   ++finished;
                                 }),
                    "stop");
  CHECK(finished == started - 1);
  CHECK(started < 1'000'000);

  const Threads one(1);
  started = 0;
  CHECK_THROWS(parallel_for(10, 1, [&](int64_t begin, int64_t) {
    ++started;
    if (begin == 3) throw std::runtime_error("stop");
  }));
  CHECK(started == 4);
}

TEST_CASE("a parallel_for inside another runs inline in the same thread") {
  const Threads scope(3);
  std::atomic<int> elsewhere{0}, inner{0};
  parallel_for(6, 1, [&](int64_t, int64_t) {
    const auto outer = std::this_thread::get_id();
    parallel_for(10, 3, [&](int64_t begin, int64_t end) {
      if (std::this_thread::get_id() != outer) ++elsewhere;
      inner += static_cast<int>(end - begin);
    });
  });
  CHECK(elsewhere == 0);
  CHECK(inner == 60);
}

TEST_CASE("an exception inside a nested parallel_for reaches the outer caller") {
  const Threads scope(2);
  CHECK_THROWS_WITH(parallel_for(2, 1,
                                 [](int64_t, int64_t) {
                                   parallel_for(2, 1, [](int64_t begin, int64_t) {
                                     if (begin == 1) throw std::runtime_error("inner");
                                   });
                                 }),
                    "inner");
}

TEST_CASE("several user threads may call parallel_for at once") {
  const Threads scope(3);
  std::atomic<int64_t> sum{0};
  std::vector<std::thread> users;
  for (int user = 0; user < 4; ++user) {
    users.emplace_back([&sum, user] {
      for (int repeat = 0; repeat < 300; ++repeat) {
        parallel_for(20, 3, [&](int64_t begin, int64_t end) {
          for (int64_t i = begin; i < end; ++i) sum += i;
        });
        if (repeat % 50 == 0) heed::set_num_threads(2 + user);
      }
    });
  }
  for (auto& user : users) user.join();
  CHECK(sum == 4 * 300 * 190);
}

TEST_CASE("a second user thread runs inline while the first has the pool") {
  const Threads scope(2);
  Meeting meeting(3);
  std::thread second;
  std::atomic<bool> done{false}, inline_only{true};
  second = std::thread([&] {
    meeting.attend();
    const auto self = std::this_thread::get_id();
    parallel_for(8, 1, [&](int64_t, int64_t) {
      if (std::this_thread::get_id() != self) inline_only = false;
    });
    done = true;
  });
  parallel_for(2, 1, [&](int64_t, int64_t) {
    meeting.attend();
    while (!done) std::this_thread::yield();
  });
  second.join();
  CHECK(inline_only);
}

TEST_CASE("parked workers wake for the next loop") {
  const Threads scope(3);
  for (int repeat = 0; repeat < 20; ++repeat) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    Meeting meeting(3);
    parallel_for(3, 1, [&](int64_t, int64_t) { meeting.attend(); });
  }
  SUCCEED();
}

TEST_CASE("workers block all signals") {
  const Threads scope(3);
  const auto caller = std::this_thread::get_id();
  Meeting meeting(3);
  std::atomic<int> blocking{0};
  parallel_for(3, 1, [&](int64_t, int64_t) {
    meeting.attend();
    if (std::this_thread::get_id() == caller) return;
    sigset_t blocked;
    pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
    const auto has = [&](int signal) { return sigismember(&blocked, signal) == 1; };
    if (has(SIGINT) && has(SIGTERM) && has(SIGUSR1) && has(SIGALRM)) ++blocking;
  });
  CHECK(blocking == 2);
  sigset_t own;
  pthread_sigmask(SIG_BLOCK, nullptr, &own);
  CHECK(sigismember(&own, SIGINT) == 0);
}

}  // namespace heed::testing::parallel_test
