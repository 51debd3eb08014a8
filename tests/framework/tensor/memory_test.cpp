// The block cache under storages, tensors and nodes.
#include "heed/framework/base/memory.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>
#include <thread>
#include <utility>
#include <vector>

#include "heed/framework/base/parallel.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/catch.h"

#if defined(__SANITIZE_ADDRESS__)
#define HEED_NO_CACHE 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HEED_NO_CACHE 1
#endif
#endif

namespace heed::testing::memory_test {
namespace {

/// The workers of earlier tests, and what they keep: a pool of another size has new ones.
void end_workers() {
  for (const int count : {2, 3}) {
    const Threads some(count);
    parallel_for(2, 1, [](int64_t, int64_t) {});
  }
}

}  // namespace

TEST_CASE("blocks of every size are aligned, writable and counted as asked for") {
  const Held before;
  std::vector<std::pair<void*, size_t>> blocks;
  int64_t total = 0;
  for (size_t size = 0; size < 5000; size = size < 140 ? size + 1 : size + 61) {
    void* block = allocate_block(size);
    REQUIRE(reinterpret_cast<uintptr_t>(block) % block_alignment == 0);
    std::memset(block, static_cast<int>(size % 251), size);
    blocks.emplace_back(block, size);
    total += static_cast<int64_t>(size == 0 ? 1 : size);
  }
  CHECK(Held().bytes == before.bytes + total);
  CHECK(Held().blocks == before.blocks + static_cast<int64_t>(blocks.size()));
  for (const auto& [block, size] : blocks) {
    const auto* bytes = static_cast<unsigned char*>(block);
    for (size_t i = 0; i < size; ++i) REQUIRE(bytes[i] == size % 251);
  }
  for (const auto& [block, size] : blocks) free_block(block, size);
  CHECK(Held() == before);
}

TEST_CASE("blocks around each power of two hold what was asked for") {
  for (size_t width = 6; width < 22; ++width) {
    for (const size_t size : {(size_t{1} << width) - 1, size_t{1} << width,
                              (size_t{1} << width) + 1, (size_t{5} << (width - 2)) + 1}) {
      void* block = allocate_block(size);
      std::memset(block, 1, size);
      void* other = allocate_block(size);
      std::memset(other, 2, size);
      CHECK(static_cast<char*>(block)[size - 1] == 1);
      free_block(block, size);
      free_block(other, size);
    }
  }
}

TEST_CASE("a block too large to exist is refused and not counted") {
  const Held before;
  CHECK_THROWS_AS(allocate_block(~size_t{0}), std::bad_alloc);
  // Behind the last size class: 64 TiB, or half of the address space.
  constexpr size_t largest = size_t{1} << std::min(46, std::numeric_limits<size_t>::digits - 1);
  CHECK_THROWS_AS(allocate_block(largest + 1), std::bad_alloc);
  CHECK(Held() == before);
}

TEST_CASE("the peak follows the live bytes and can be reset") {
  reset_peak_memory();
  const int64_t start = memory_stats().live_bytes;
  CHECK(memory_stats().peak_bytes == start);
  void* block = allocate_block(100000);
  free_block(block, 100000);
  CHECK(memory_stats().peak_bytes == start + 100000);
  CHECK(memory_stats().live_bytes == start);
  reset_peak_memory();
  CHECK(memory_stats().peak_bytes == start);
}

TEST_CASE("a peak is seen however much was freed before") {
  free_block(allocate_block(10'000'000), 10'000'000);
  reset_peak_memory();
  const int64_t start = memory_stats().live_bytes;
  free_block(allocate_block(1'000'000), 1'000'000);
  CHECK(memory_stats().peak_bytes == start + 1'000'000);
}

TEST_CASE("a freed block is used again for its size class and released on demand") {
  end_workers();
  release_cached_memory();
  CHECK(memory_stats().cached_bytes == 0);
  void* block = allocate_block(3000);
  free_block(block, 3000);
#ifdef HEED_NO_CACHE
  CHECK(memory_stats().cached_bytes == 0);
#else
  CHECK(memory_stats().cached_bytes == 3072);
  void* smaller = allocate_block(2561);  // the same class: 2561 … 3072
  CHECK(smaller == block);
  CHECK(memory_stats().cached_bytes == 0);
  void* other = allocate_block(2560);
  CHECK(other != block);
  free_block(smaller, 2561);
  free_block(other, 2560);
  CHECK(memory_stats().cached_bytes == 3072 + 2560);
#endif
  release_cached_memory();
  CHECK(memory_stats().cached_bytes == 0);
}

TEST_CASE("the n-th allocation fails once") {
  const Held before;
  fail_allocation(2);
  void* first = allocate_block(10);
  CHECK_THROWS_AS(allocate_block(10), std::bad_alloc);
  void* third = allocate_block(10);
  free_block(first, 10);
  free_block(third, 10);
  fail_allocation(1);
  fail_allocation(0);
  free_block(allocate_block(10), 10);
  CHECK(Held() == before);
}

TEST_CASE("tensors and storages give their memory back") {
  const Held before;
  {
    const Tensor x = zeros({10, 10});
    CHECK(Held().blocks == before.blocks + 2);
    const Tensor view = x.alias({10}, {11}, 0);
    CHECK(Held().blocks == before.blocks + 3);
    for (int64_t nth = 1; nth <= 2; ++nth) {
      fail_allocation(nth);
      CHECK_THROWS_AS(zeros({3}), std::bad_alloc);
      fail_allocation(0);
    }
    CHECK(Held().blocks == before.blocks + 3);
  }
  CHECK(Held() == before);
}

TEST_CASE("threads allocate, fill and free each other's blocks", "[threads]") {
  const Held before;
  struct Block {
    unsigned char* bytes;
    size_t size;
  };
  std::vector<std::vector<Block>> handed(4);
  bool intact = true;
  for (int round = 0; round < 3; ++round) {
    std::vector<std::thread> threads;
    std::vector<char> ok(4, 1);
    for (size_t t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        Rng rng(stream(static_cast<uint64_t>(round), Purpose::user, t));
        for (const Block& block : handed[t]) {
          for (size_t i = 0; i < block.size; ++i)
            ok[t] = ok[t] && block.bytes[i] == block.size % 256;
          free_block(block.bytes, block.size);
        }
        handed[t].clear();
        for (int i = 0; i < 2000; ++i) {
          const auto size = static_cast<size_t>(rng.integer(1, 700));
          auto* bytes = static_cast<unsigned char*>(allocate_block(size));
          std::memset(bytes, static_cast<int>(size % 256), size);
          handed[t].push_back({bytes, size});
          if (i % 3 != 0) continue;
          const Block last = handed[t].back();
          handed[t].pop_back();
          free_block(last.bytes, last.size);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (const char one : ok) intact = intact && one != 0;
    std::rotate(handed.begin(), handed.begin() + 1, handed.end());
  }
  for (const auto& blocks : handed) {
    for (const Block& block : blocks) free_block(block.bytes, block.size);
  }
  CHECK(intact);
  CHECK(Held() == before);
}

TEST_CASE("sizes that the address space cannot hold are refused, not cut") {
  CHECK(memory_size(0) == 0);
  CHECK(memory_size(1 << 20) == size_t{1} << 20);
  constexpr int64_t most = std::numeric_limits<int64_t>::max();
  for (const int64_t size : {int64_t{-1}, -most, -most - 1}) {
    CHECK_THROWS_AS(memory_size(size), std::bad_alloc);
  }
  const std::vector<int64_t> huge =  // the low 32 bits of most of them are a small size
      sizeof(size_t) == 4 ? std::vector<int64_t>{int64_t{1} << 31, (int64_t{1} << 32) + 64, most}
                          : std::vector<int64_t>{(int64_t{1} << 47) + 64, most - 64, most};
  for (const int64_t size : huge) {
    CHECK_THROWS_AS(Tensor::empty({size}, DType::boolean), std::bad_alloc);
  }
  BlockAllocator<int64_t> allocator;
  CHECK_THROWS_AS(allocator.allocate(std::numeric_limits<size_t>::max() / 8 + 2), std::bad_alloc);
}

}  // namespace heed::testing::memory_test
