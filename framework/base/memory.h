// Blocks of memory from a cache of size classes. Storages, tensors and graph nodes all live here,
// so the counters see everything the engine holds: the leak and memory tests read them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>

namespace heed {

inline constexpr size_t block_alignment = 64;  ///< bytes: a cache line, an AVX-512 vector

/// A number of bytes or elements as a size in memory, which may have fewer bits. Throws
/// std::bad_alloc if the address space cannot hold as many, or if it is negative.
constexpr size_t memory_size(int64_t count) {
  constexpr auto most = static_cast<uint64_t>(std::numeric_limits<ptrdiff_t>::max());
  if (static_cast<uint64_t>(count) > most) throw std::bad_alloc();
  return static_cast<size_t>(count);
}

/// A block of at least `bytes` bytes, uninitialised, aligned to 64 bytes. Thread-safe.
/// Throws std::bad_alloc.
void* allocate_block(size_t bytes);

/// Gives a block back. `bytes` is the size it was allocated with. Thread-safe.
void free_block(void* block, size_t bytes) noexcept;

/// For containers of the engine's own that live for an op or a sweep.
template <class T>
struct BlockAllocator {
  /// What containers ask of an allocator.
  using value_type = T;
  BlockAllocator() = default;
  template <class U>
  BlockAllocator(const BlockAllocator<U>&) {}
  /// Uninitialised memory for `count` items. Throws bad_alloc.
  T* allocate(size_t count) {
    constexpr size_t most = std::numeric_limits<size_t>::max() / sizeof(T);
    if (count > most) throw std::bad_alloc();
    return static_cast<T*>(allocate_block(count * sizeof(T)));
  }
  /// `count` is that of the allocation.
  void deallocate(T* items, size_t count) { free_block(items, count * sizeof(T)); }
  /// Any of them frees what another one allocated.
  friend bool operator==(const BlockAllocator&, const BlockAllocator&) { return true; }
};

/// What the engine holds, in bytes requested (not rounded up).
struct MemoryStats {
  int64_t live_bytes;    ///< in use now
  int64_t peak_bytes;    ///< most since the start or reset_peak_memory(), to 64 KiB per thread
  int64_t live_blocks;   ///< blocks in use now
  int64_t cached_bytes;  ///< kept for reuse, not in use
};
/// Of the whole process.
MemoryStats memory_stats();
/// Lets the peak begin again at what is live now.
void reset_peak_memory();

/// Frees all cached blocks but the small ones that other threads keep.
void release_cached_memory();

/// For tests of exception safety: the `nth` allocation from now on (1 = the next) throws
/// std::bad_alloc, once. 0 switches it off.
void fail_allocation(int64_t nth);

/// For tests of who writes what: new blocks are full of NaN (all bits set).
void poison_blocks(bool on);

/// For tests with hostile sizes: larger blocks throw std::bad_alloc. The default is 64 TiB, or half
/// of a smaller address space.
void limit_block(size_t bytes);

}  // namespace heed
