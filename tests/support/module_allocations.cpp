#include "heed/tests/support/module_allocations.h"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<int64_t> count{0};

}  // namespace

// The other forms (arrays, nothrow) call these by default; the aligned one is the tensors' own.
void* operator new(size_t bytes) {
  ++count;
  if (void* block = std::malloc(bytes == 0 ? 1 : bytes)) return block;
  throw std::bad_alloc();
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
