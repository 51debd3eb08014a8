#include "heed/framework/base/parallel.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>

#include "heed/framework/base/error.h"
#include "heed/framework/base/processors.h"
#include "heed/framework/base/threads.h"

namespace heed {
namespace {

std::atomic<int> requested_threads{0};  // 0: not chosen yet

}  // namespace

int num_threads() {
  int count = requested_threads.load(std::memory_order_relaxed);
  if (count == 0) {
    const char* text = std::getenv("HEED_THREADS");
    const int chosen = text != nullptr ? detail::parse_threads(text)
                                       : std::min(available_processors(), most_threads);
    if (requested_threads.compare_exchange_strong(count, chosen)) count = chosen;
  }
  return count;
}

void set_num_threads(int count) {
  if (count < 1 || count > most_threads) {
    throw ValueError("set_num_threads: count must be from 1 to ", most_threads, ": ", count);
  }
  requested_threads = count;
}

void detail::run_chunks(int64_t size, int64_t grain, ChunkBody body, const void* context) {
  if (grain < 1) throw ValueError("parallel_for: grain must be at least 1: ", grain);
  if (size < 0) throw ValueError("parallel_for: size must not be negative: ", size);
  const uint64_t chunks = static_cast<uint64_t>(size / grain + (size % grain != 0 ? 1 : 0));
  const Job job{size, grain, chunks, body, context};
  const int threads = num_threads();
  // A chunk's own loop finds the threads taken, as another user thread does, and runs inline.
  if (chunks > 1 && threads > 1 && run_on_threads(job, threads)) return;
  for (uint64_t chunk = 0; chunk < chunks; ++chunk) job.run(chunk);
}

}  // namespace heed
