#include "heed/tests/support/module_allocations.h"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<int64_t> count{0};

}  // namespace

// The array forms call these by default; the aligned one is the tensors' own. The nothrow one must
// stand here too: AddressSanitizer has its own, which would not fit our delete.
void* operator new(size_t bytes) {
  ++count;
  if (void* block = std::malloc(bytes == 0 ? 1 : bytes)) return block;
  throw std::bad_alloc();
}
void* operator new(size_t bytes, const std::nothrow_t&) noexcept {
  ++count;
  return std::malloc(bytes == 0 ? 1 : bytes);
}
void operator delete(void* block) noexcept {
  std::free(block);
}
void operator delete(void* block, size_t) noexcept {
  std::free(block);
}

namespace heed::testing {

int64_t allocations() {
  return count;
}

}  // namespace heed::testing
