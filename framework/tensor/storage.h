// Storage: the counted memory that tensors and their views share.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>

#include "heed/framework/base/memory.h"
#include "heed/framework/base/ref.h"

namespace heed {

/// Head of a storage's block; the elements follow it.
struct StorageBlock {
  std::atomic<uint32_t> references{1};       ///< storages that share it
  std::atomic<uint32_t> version{0};          ///< grows with each in-place write; views share it
  std::atomic<const char*> writer{nullptr};  ///< the in-place op that wrote last
  int64_t bytes = 0;                         ///< of elements
};
/// Elements begin so many bytes behind the head: aligned as the block.
inline constexpr int64_t storage_head = static_cast<int64_t>(block_alignment);
static_assert(sizeof(StorageBlock) <= storage_head);

/// For Ref.
inline void retain(StorageBlock* block) noexcept {
  block->references.fetch_add(1, std::memory_order_relaxed);
}
/// For Ref: frees the block with the last reference.
inline void release(StorageBlock* block) noexcept {
  if (!drop_reference(block->references)) return;
  const auto bytes = static_cast<size_t>(block->bytes + storage_head);
  block->~StorageBlock();
  free_block(block, bytes);
}

/// A handle on `bytes` bytes, 64-byte aligned, uninitialised. Copies share the memory.
class Storage {
 public:
  Storage() = default;
  /// Throws std::bad_alloc.
  explicit Storage(int64_t bytes) {
    void* memory = allocate_block(memory_size(bytes) + block_alignment);
    block_ = Ref<StorageBlock>::adopt(::new (memory) StorageBlock);
    block_->bytes = bytes;
  }

  /// The first byte of the elements.
  std::byte* data() const { return reinterpret_cast<std::byte*>(block_.get()) + storage_head; }
  /// Of all elements.
  int64_t bytes() const { return block_->bytes; }
  /// Whether nobody else shares the memory.
  bool is_unique() const { return block_->references.load(std::memory_order_acquire) == 1; }

  /// How many in-place writes the memory has seen.
  uint32_t version() const { return block_->version.load(std::memory_order_relaxed); }
  /// The in-place op that wrote last; nullptr if none did.
  const char* writer() const { return block_->writer.load(std::memory_order_relaxed); }
  /// Notes an in-place write by the op named `writer` (a string literal).
  void count_write(const char* writer) const {
    block_->version.fetch_add(1, std::memory_order_relaxed);
    block_->writer.store(writer, std::memory_order_relaxed);
  }
  friend bool operator==(const Storage& a, const Storage& b) = default;

 private:
  Ref<StorageBlock> block_;
};

}  // namespace heed
