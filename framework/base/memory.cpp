#include "heed/framework/base/memory.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstring>
#include <limits>
#include <mutex>
#include <new>
#include <utility>

#include "heed/framework/base/threads.h"

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

constexpr int64_t cache_limit = int64_t{1} << 30;  // most bytes cached for reuse

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
// 64 TiB, or half of the address space.
constexpr int limit_width = std::min(46, std::numeric_limits<size_t>::digits - 1);
constexpr size_t size_class_limit = size_t{1} << limit_width;
std::atomic<size_t> largest_block{size_class_limit};

struct SizeClass {
  size_t index;
  size_t bytes;
};

constexpr size_t small_class(size_t bytes) {
  return (bytes + block_alignment - 1) / block_alignment;
}

SizeClass size_class(size_t bytes) {
  if (bytes <= small_limit) return {small_class(bytes), small_class(bytes) * block_alignment};
  const auto width =
      static_cast<size_t>(std::bit_width(bytes - 1));  // 2^(width-1) < bytes ≤ 2^width
  const size_t step = size_t{1} << (width - 3);
  const size_t quarter = (bytes - 1) / step - 3;  // 1 … 4
  return {small_classes + 4 * (width - 11) + quarter - 1, (quarter + 4) * step};
}

// Blocks that any thread may take. Small ones rarely come here: each thread keeps some of its own.
struct Shelf {
  SpinLock lock;
  FreeBlock* first = nullptr;
};
std::array<Shelf, class_count> shelves;
std::atomic<int64_t> shelved_bytes{0};

void shelve(FreeBlock* block, size_t index) noexcept {
  shelved_bytes.fetch_add(block->bytes, std::memory_order_relaxed);
  Shelf& shelf = shelves[index];
  const std::lock_guard guard(shelf.lock);
  block->next = shelf.first;
  shelf.first = block;
}

FreeBlock* take_from_shelf(size_t index) noexcept {
  Shelf& shelf = shelves[index];
  const std::lock_guard guard(shelf.lock);
  FreeBlock* block = shelf.first;
  if (block == nullptr) return nullptr;
  shelf.first = block->next;
  shelved_bytes.fetch_sub(block->bytes, std::memory_order_relaxed);
  return block;
}

void drop(void* block) noexcept {
  ::operator delete (block, std::align_val_t{block_alignment});
}

/// A number that one thread writes, without a locked instruction, and any thread may read.
class Counter {
 public:
  void add(int64_t by) noexcept { value_.store(read() + by, std::memory_order_relaxed); }
  int64_t read() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> value_{0};
};

constexpr int64_t kept_per_class = 512;       // the graph of a training step of a small model
constexpr int64_t peak_resolution = 1 << 16;  // bytes by which a thread may overlook the peak

enum class CacheState { fresh, open, closed };

/// What one thread did, and the small blocks it keeps: an op takes and returns several blocks, and
/// a locked instruction costs as much as all the rest of it.
struct ThreadCache {
  struct Kept {
    FreeBlock* first = nullptr;
    Counter count;
  };
  CacheState state = CacheState::fresh;
  Counter live_bytes;  // may be negative: blocks of other threads are freed here
  Counter live_blocks;
  int64_t look_at = peak_resolution;  // live_bytes that may be a new peak
  std::array<Kept, small_classes> kept{};
  ThreadCache* next = nullptr;

  /// A kept block of a small class; nullptr if there is none.
  FreeBlock* take(size_t index) noexcept {
    Kept& blocks = kept[index];
    FreeBlock* const block = blocks.first;
    if (block != nullptr) {
      blocks.first = block->next;
      blocks.count.add(-1);
    }
    return block;
  }
  /// Keeps a block, unless there are enough.
  bool put(void* memory, size_t index) noexcept {
    Kept& blocks = kept[index];
    if (!caching || blocks.count.read() >= kept_per_class) return false;
    blocks.first =
        ::new (memory) FreeBlock{blocks.first, static_cast<int64_t>(index * block_alignment)};
    blocks.count.add(1);
    return true;
  }
};
thread_local constinit ThreadCache own_cache;

// The caches of all running threads; those that ended have left their counts in `ended`.
SpinLock registry_lock;
ThreadCache* running = nullptr;
ThreadCache ended;  // also counts for a thread's last frees, behind the lock

std::atomic<int64_t> peak_bytes{0};
std::atomic<int64_t> countdown{0};
std::atomic<bool> poisoned{false};

/// Gives the blocks of a thread that ends to the others.
void shelve_kept(ThreadCache& cache) noexcept {
  for (size_t i = 0; i < small_classes; ++i) {
    while (FreeBlock* block = cache.take(i)) shelve(block, i);
  }
}

/// Behind the registry's lock.
void add_to_ended(const ThreadCache& cache) noexcept {
  ended.live_bytes.add(cache.live_bytes.read());
  ended.live_blocks.add(cache.live_blocks.read());
}

struct CacheCloser {
  ~CacheCloser() {
    own_cache.state = CacheState::closed;
    shelve_kept(own_cache);
    const std::lock_guard guard(registry_lock);
    ThreadCache** link = &running;
    while (*link != &own_cache) link = &(*link)->next;
    *link = own_cache.next;
    add_to_ended(own_cache);
  }
};

void lock_all() noexcept {
  registry_lock.lock();
  for (Shelf& shelf : shelves) shelf.lock.lock();
}
void unlock_all() noexcept {
  for (Shelf& shelf : shelves) shelf.lock.unlock();
  registry_lock.unlock();
}

/// In a forked child only the forking thread exists. The caches of the others must leave the list:
/// a new thread may reuse their memory.
void end_other_threads() noexcept {
  unlock_all();
  const std::lock_guard guard(registry_lock);
  for (ThreadCache* cache = std::exchange(running, nullptr); cache != nullptr;) {
    ThreadCache* const next = cache->next;
    if (cache == &own_cache) {
      running = cache;
      running->next = nullptr;
    } else {
      shelve_kept(*cache);
      add_to_ended(*cache);
    }
    cache = next;
  }
}

/// This thread's cache becomes one of `running`, until the thread ends.
void open_cache() {
  static const bool registered [[maybe_unused]] =
      (detail::at_fork(lock_all, unlock_all, end_other_threads), true);
  static thread_local CacheCloser closer;
  static_cast<void>(closer);  // naming it makes its destructor run
  own_cache.state = CacheState::open;
  const std::lock_guard guard(registry_lock);
  own_cache.next = running;
  running = &own_cache;
}

template <class Visit>
void for_each_cache(const Visit& visit) {
  const std::lock_guard guard(registry_lock);
  visit(ended);
  for (const ThreadCache* cache = running; cache != nullptr; cache = cache->next) visit(*cache);
}

int64_t all_live_bytes() {
  int64_t bytes = 0;
  for_each_cache([&](const ThreadCache& cache) { bytes += cache.live_bytes.read(); });
  return bytes;
}

void look_at_peak() {
  const int64_t now = all_live_bytes();
  int64_t peak = peak_bytes.load(std::memory_order_relaxed);
  while (now > peak && !peak_bytes.compare_exchange_weak(peak, now, std::memory_order_relaxed)) {
  }
}

/// Notes that blocks were taken, or given back if both numbers are negative.
inline void count(int64_t bytes, int64_t blocks) noexcept {
  if (own_cache.state != CacheState::open) {
    if (own_cache.state == CacheState::closed) {
      const std::lock_guard guard(registry_lock);
      ended.live_bytes.add(bytes);
      ended.live_blocks.add(blocks);
      return;
    }
    open_cache();
  }
  own_cache.live_bytes.add(bytes);
  own_cache.live_blocks.add(blocks);
  const int64_t live = own_cache.live_bytes.read();
  if (live >= own_cache.look_at) {
    own_cache.look_at = live + peak_resolution;
    look_at_peak();
  } else if (bytes < 0) {
    own_cache.look_at = std::min(own_cache.look_at, live + peak_resolution);
  }
}

/// The bytes of a block of which `bytes` are asked for; poison fills the rest, too, so that a test
/// can see what is written behind the last element.
size_t whole_block(size_t bytes) {
  return caching ? size_class(bytes).bytes : bytes;
}

/// A block that this thread did not keep.
void* fetch_block(size_t bytes) {
  void* block = caching ? take_from_shelf(size_class(bytes).index) : nullptr;
  if (block != nullptr) return block;
  return ::operator new (whole_block(bytes), std::align_val_t{block_alignment});
}

/// Lets go of a block that this thread does not keep.
void give_away(void* memory, size_t bytes) noexcept {
  const SizeClass size = size_class(bytes);
  const auto kept = static_cast<int64_t>(size.bytes);
  if (caching && shelved_bytes.load(std::memory_order_relaxed) + kept <= cache_limit) {
    shelve(::new (memory) FreeBlock{nullptr, kept}, size.index);
  } else {
    drop(memory);
  }
}

}  // namespace

void* allocate_block(size_t bytes) {
  if (bytes == 0) bytes = 1;
  if (countdown.load(std::memory_order_relaxed) > 0 && countdown.fetch_sub(1) == 1) {
    throw std::bad_alloc();
  }
  if (bytes > largest_block.load(std::memory_order_relaxed)) throw std::bad_alloc();
  void* block = bytes <= small_limit ? own_cache.take(small_class(bytes)) : nullptr;
  if (block == nullptr) block = fetch_block(bytes);
  count(static_cast<int64_t>(bytes), 1);
  if (poisoned.load(std::memory_order_relaxed)) {
    std::memset(block, 0xFF, whole_block(bytes));
  }
  return block;
}

void free_block(void* memory, size_t bytes) noexcept {
  if (bytes == 0) bytes = 1;
  count(-static_cast<int64_t>(bytes), -1);
  if (bytes <= small_limit && own_cache.state == CacheState::open &&
      own_cache.put(memory, small_class(bytes))) {
    return;
  }
  give_away(memory, bytes);
}

MemoryStats memory_stats() {
  look_at_peak();
  MemoryStats stats{0, peak_bytes, 0, shelved_bytes};
  for_each_cache([&](const ThreadCache& cache) {
    stats.live_bytes += cache.live_bytes.read();
    stats.live_blocks += cache.live_blocks.read();
    for (size_t i = 0; i < small_classes; ++i) {
      stats.cached_bytes += cache.kept[i].count.read() * static_cast<int64_t>(i * block_alignment);
    }
  });
  return stats;
}

void reset_peak_memory() {
  peak_bytes = all_live_bytes();
}

void release_cached_memory() {
  for (size_t i = 0; i < class_count; ++i) {
    while (FreeBlock* block = take_from_shelf(i)) drop(block);
  }
  for (size_t i = 0; i < small_classes; ++i) {
    while (FreeBlock* block = own_cache.take(i)) drop(block);
  }
}

void poison_blocks(bool on) {
  poisoned = on;
}

void limit_block(size_t bytes) {
  largest_block = std::min(bytes, size_class_limit);
}

void fail_allocation(int64_t nth) {
  countdown = nth;
}

}  // namespace heed
