#include "heed/tests/support/allocations.h"

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<int64_t> count{0};
std::atomic<int64_t> live{0};  // bytes since the last reset
std::atomic<int64_t> peak{0};

void* allocate(size_t bytes) noexcept {
  ++count;
  void* block = std::malloc(bytes == 0 ? 1 : bytes);
  if (block == nullptr) return nullptr;
  const int64_t held = live += static_cast<int64_t>(malloc_usable_size(block));
  int64_t highest = peak;
  while (held > highest && !peak.compare_exchange_weak(highest, held)) {
  }
  return block;
}

void release(void* block) noexcept {
  if (block == nullptr) return;
  live -= static_cast<int64_t>(malloc_usable_size(block));
  std::free(block);
}

}  // namespace

// The array forms call these by default; the aligned one is the tensors' own. The nothrow one must
// stand here too: AddressSanitizer has its own, which would not fit our delete.
void* operator new(size_t bytes) {
  if (void* block = allocate(bytes)) return block;
  throw std::bad_alloc();
}
void* operator new(size_t bytes, const std::nothrow_t&) noexcept {
  return allocate(bytes);
}
void operator delete(void* block) noexcept {
  release(block);
}
void operator delete(void* block, size_t) noexcept {
  release(block);
}

namespace heed::testing {

int64_t allocations() {
  return count;
}

int64_t peak_allocated() {
  return peak;
}

void reset_peak_allocated() {
  live = 0;
  peak = 0;
}

}  // namespace heed::testing
