// Data-parallel loops on a spin-then-park thread pool. How a loop is cut depends on its size and
// grain alone, so a result that is a function of the chunks has the same bits for any thread count.
#pragma once

#include <cstdint>

namespace heed {

/// Number of threads that parallel_for uses, the caller included. Until set_num_threads is called
/// it is HEED_THREADS when that is set (ValueError unless it is an integer from 1 to 256), else
/// available_processors().
int num_threads();

/// Sets the number of threads, 1 to 256 (else ValueError); the next parallel_for uses it.
void set_num_threads(int count);

namespace detail {
/// The body of a parallel_for without its type: `context` points to the callable.
using ChunkBody = void (*)(const void* context, int64_t begin, int64_t end);

/// parallel_for without its template.
void run_chunks(int64_t size, int64_t grain, ChunkBody body, const void* context);
}  // namespace detail

/// Calls `body(begin, end)` once for each chunk [i·grain, min(size, (i+1)·grain)) of [0, size), in
/// parallel and in no fixed order. Returns when all calls have returned. Allocates nothing.
///
/// - A body sees the thread-local settings (GradMode, RandomScope, AnomalyMode) of the thread it
///   happens to run in: nothing of the caller's. Compute with tensors outside.
/// - `size` 0 calls nothing. A negative `size` or a `grain` below 1 is a ValueError.
/// - One chunk, one thread, a parallel_for inside a chunk of another one, and a second user thread
///   while a first has the pool all run in the calling thread: same chunks, in ascending order.
/// - When bodies throw, chunks already claimed finish, those above the one that threw never start,
///   and the exception of the lowest-numbered chunk that throws is rethrown here. The pool stays
///   usable.
/// - A fork is safe outside a body: the child starts threads of its own.
template <class Body>
void parallel_for(int64_t size, int64_t grain, const Body& body) {
  detail::run_chunks(
      size, grain,
      [](const void* context, int64_t begin, int64_t end) {
        (*static_cast<const Body*>(context))(begin, end);
      },
      &body);
}

}  // namespace heed
