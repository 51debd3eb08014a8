// Writing results past the caches, where they would not stay until they are read. Writing to memory
// that is not cached would otherwise read it first.
#pragma once

#include <cstdint>

namespace heed::kernels {

/// Whether a result of this size is too large for the caches next to a core: the one rule.
constexpr bool worth_streaming(int64_t bytes) {
  return bytes >= int64_t{16} << 20;
}

/// After such writes: makes them visible to other threads, as common ones are.
void finish_streaming();

}  // namespace heed::kernels
