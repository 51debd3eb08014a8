#include "heed/framework/base/memory.h"

#include <array>
#include <atomic>
#include <bit>
#include <new>
#include <utility>

#if defined(__SANITIZE_ADDRESS__)
#define HEED_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HEED_ADDRESS_SANITIZER 1
#endif
#endif

namespace heed {
namespace {

// Under ASan every block goes back at once: a cached block would hide overruns and uses after free.
#ifdef HEED_ADDRESS_SANITIZER
constexpr bool caching = false;
#else
constexpr bool caching = true;
#endif

constexpr int64_t cache_limit = int64_t{1} << 30;  // bytes kept for reuse at the most

struct FreeBlock {
  FreeBlock* next;
  int64_t bytes;
};

class SpinLock {
 public:
  void lock() noexcept {
    while (flag_.test_and_set(std::memory_order_acquire)) {
      while (flag_.test(std::memory_order_relaxed)) {
      }
    }
  }
  void unlock() noexcept { flag_.clear(std::memory_order_release); }

 private:
  std::atomic_flag flag_;
};

// Up to 1 KiB a class every 64 bytes; above, four classes to a power of two, so at most a quarter
// of a block is slack.
constexpr size_t small_limit = 1024;
constexpr size_t small_classes = small_limit / block_alignment + 1;
constexpr size_t class_count = small_classes + 4 * 40;

struct SizeClass {
  size_t index;
  size_t bytes;
};

SizeClass size_class(size_t bytes) {
  if (bytes <= small_limit) {
    const size_t units = (bytes + block_alignment - 1) / block_alignment;
    return {units, units * block_alignment};
  }
  if (bytes > (size_t{1} << 46)) throw std::bad_alloc();
  const auto width = static_cast<size_t>(std::bit_width(bytes - 1));  // 2^(width-1) < bytes ≤ 2^width
  const size_t step = size_t{1} << (width - 3);
  const size_t quarter = (bytes - 1) / step - 3;  // 1 … 4
  return {small_classes + 4 * (width - 11) + quarter - 1, (quarter + 4) * step};
}

struct Shelf {
  SpinLock lock;
  FreeBlock* first = nullptr;
};

std::array<Shelf, class_count> shelves;
std::atomic<int64_t> live_bytes{0};
std::atomic<int64_t> peak_bytes{0};
std::atomic<int64_t> live_blocks{0};
std::atomic<int64_t> cached_bytes{0};
std::atomic<int64_t> countdown{0};

void* fresh_block(size_t bytes) {
  return ::operator new(bytes, std::align_val_t{block_alignment});
}
void drop_block(void* block) noexcept {
  ::operator delete(block, std::align_val_t{block_alignment});
}

void* take_cached(const SizeClass& size) noexcept {
  Shelf& shelf = shelves[size.index];
  shelf.lock.lock();
  FreeBlock* block = shelf.first;
  if (block != nullptr) shelf.first = block->next;
  shelf.lock.unlock();
  if (block != nullptr) {
    cached_bytes.fetch_sub(static_cast<int64_t>(size.bytes), std::memory_order_relaxed);
  }
  return block;
}

}  // namespace

void* allocate_block(size_t bytes) {
  if (bytes == 0) bytes = 1;
  if (countdown.load(std::memory_order_relaxed) > 0 && countdown.fetch_sub(1) == 1) {
    throw std::bad_alloc();
  }
  const SizeClass size = size_class(bytes);
  void* block = caching ? take_cached(size) : nullptr;
  if (block == nullptr) block = fresh_block(caching ? size.bytes : bytes);
  const auto asked = static_cast<int64_t>(bytes);
  const int64_t now = live_bytes.fetch_add(asked, std::memory_order_relaxed) + asked;
  live_blocks.fetch_add(1, std::memory_order_relaxed);
  int64_t peak = peak_bytes.load(std::memory_order_relaxed);
  while (now > peak && !peak_bytes.compare_exchange_weak(peak, now, std::memory_order_relaxed)) {
  }
  return block;
}

void free_block(void* block, size_t bytes) noexcept {
  if (bytes == 0) bytes = 1;
  live_bytes.fetch_sub(static_cast<int64_t>(bytes), std::memory_order_relaxed);
  live_blocks.fetch_sub(1, std::memory_order_relaxed);
  const SizeClass size = size_class(bytes);
  const auto kept = static_cast<int64_t>(size.bytes);
  if (!caching || cached_bytes.load(std::memory_order_relaxed) + kept > cache_limit) {
    drop_block(block);
    return;
  }
  cached_bytes.fetch_add(kept, std::memory_order_relaxed);
  Shelf& shelf = shelves[size.index];
  auto* free = ::new (block) FreeBlock{nullptr, kept};
  shelf.lock.lock();
  free->next = shelf.first;
  shelf.first = free;
  shelf.lock.unlock();
}

MemoryStats memory_stats() { return {live_bytes, peak_bytes, live_blocks, cached_bytes}; }

void reset_peak_memory() { peak_bytes = live_bytes.load(); }

void release_cached_memory() {
  for (Shelf& shelf : shelves) {
    shelf.lock.lock();
    FreeBlock* block = std::exchange(shelf.first, nullptr);
    shelf.lock.unlock();
    while (block != nullptr) {
      FreeBlock* next = block->next;
      cached_bytes.fetch_sub(block->bytes);
      drop_block(block);
      block = next;
    }
  }
}

void fail_allocation(int64_t nth) { countdown = nth; }

}  // namespace heed
