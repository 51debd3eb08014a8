#include "heed/framework/base/threads.h"

#include <pthread.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <new>
#include <thread>
#include <utility>

#include "heed/framework/base/processors.h"

namespace heed {
namespace {

using detail::Job;

constexpr std::chrono::microseconds spin_time{30};

// The state word: workers inside the region, three flags, and the number of the region.
constexpr uint64_t active_mask = 0x1ff;
constexpr uint64_t caller_parked = 0x200;
constexpr uint64_t open = 0x400;
constexpr uint64_t stopping = 0x800;
constexpr uint64_t region_step = 0x1000;
constexpr uint64_t region_mask = ~(region_step - 1);

void pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Workers join a region only while it is open and the caller closes it when no chunk is left, so it
// waits for workers that run a chunk and never for one that is parked or not scheduled.
class Pool {
 public:
  bool acquire() { return !busy_.load(std::memory_order_relaxed) && !busy_.exchange(true); }
  void release() { busy_.store(false, std::memory_order_release); }
  void run(const Job& job, int threads);
  void stop();

 private:
  void start(int threads);
  void work(size_t own);
  void serve(size_t own);
  void share_out(uint64_t chunks);
  template <class Ready>
  bool spin_until(const Ready& ready) const;

  alignas(64) std::atomic<uint64_t> state_{0};
  // Each thread begins with chunks of its own, the same ones of every loop of the same length: what
  // it wrote in the last loop is in its core's cache. Then it helps the others with theirs.
  struct alignas(64) Share {
    std::atomic<uint64_t> next{0};
    uint64_t end = 0;
  };
  std::array<Share, most_threads> shares_;
  alignas(64) Job job_{};
  std::atomic<bool> busy_{false};
  std::atomic<uint64_t> parked_{0};
  bool spins_ = false;
  int threads_ = 1;     // what start() was given
  size_t workers_ = 0;  // what it could start
  std::array<pthread_t, most_threads> handles_{};
  std::mutex mutex_;
  std::condition_variable wake_, done_;
  std::exception_ptr error_;  // the lowest chunk's; guarded by mutex_ while workers are active
  uint64_t error_chunk_ = 0;
};

// Never destroyed: a thread may still be in it when the program exits from inside a body.
Pool& pool() {
  alignas(Pool) static std::byte storage[sizeof(Pool)];
  static Pool* const instance = new (storage) Pool;
  return *instance;
}

template <class Ready>
bool Pool::spin_until(const Ready& ready) const {
  if (!spins_) {
    if (!ready()) std::this_thread::yield();
    return ready();
  }
  std::chrono::steady_clock::time_point deadline{};
  while (true) {
    for (int i = 0; i < 32; ++i, pause()) {
      if (ready()) return true;
    }
    const auto now = std::chrono::steady_clock::now();
    if (deadline == decltype(deadline){}) deadline = now + spin_time;
    if (now >= deadline) return false;
  }
}

void Pool::start(int threads) {
  stop();
  threads_ = threads;
  spins_ = threads <= available_processors();
  // In a forked child the workers do not exist and any lock may be held: begin anew. When a region
  // runs at exit the pool cannot be stopped; else it stays acquired, so that destructors that
  // run later do their loops inline.
  static const int registered [[maybe_unused]] =
      pthread_atfork(nullptr, nullptr, [] { new (&pool()) Pool; }) + std::atexit([] {
        if (pool().acquire()) pool().stop();
      });
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);  // inherited: signal handlers run in user threads
  const auto serve = [](void* share) -> void* {
    Pool& self = pool();
    self.serve(static_cast<size_t>(static_cast<Share*>(share) - self.shares_.data()));
    return nullptr;
  };
  while (workers_ + 1 < static_cast<size_t>(threads) &&
         pthread_create(&handles_[workers_], nullptr, serve, &shares_[workers_ + 1]) == 0) {
    ++workers_;
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void Pool::stop() {
  state_.fetch_or(stopping);
  { const std::lock_guard lock(mutex_); }
  wake_.notify_all();
  for (; workers_ > 0; --workers_) pthread_join(handles_[workers_ - 1], nullptr);
  state_.fetch_and(~stopping);
  threads_ = 1;
}

void Pool::share_out(uint64_t chunks) {
  const size_t count = workers_ + 1;
  for (size_t i = 0; i < count; ++i) {
    shares_[i].next.store(chunks * i / count, std::memory_order_relaxed);
    shares_[i].end = chunks * (i + 1) / count;
  }
}

void Pool::work(size_t own) {
  const size_t count = workers_ + 1;
  for (size_t i = 0; i < count; ++i) {
    const size_t place = (own + i) % count;
    Share& share = shares_[place];
    uint64_t chunk;
    while (share.next.load(std::memory_order_relaxed) < share.end &&
           (chunk = share.next.fetch_add(1, std::memory_order_relaxed)) < share.end) {
      try {
        job_.run(chunk);
      } catch (...) {
        // Chunks below this one still run: which error is reported must not depend on timing.
        for (size_t j = place; j < count; ++j) {
          shares_[j].next.store(shares_[j].end, std::memory_order_relaxed);
        }
        const std::lock_guard lock(mutex_);
        if (!error_ || chunk < error_chunk_) {
          error_ = std::current_exception();
          error_chunk_ = chunk;
        }
      }
    }
  }
}

void Pool::serve(size_t own) {
  uint64_t seen = 0, state = 0;
  const auto changed = [&] {
    state = state_.load();
    return (state & stopping) != 0 || ((state & open) != 0 && (state & region_mask) != seen);
  };
  while (true) {
    if (!spin_until(changed)) {
      std::unique_lock lock(mutex_);
      parked_.fetch_add(1);  // before the state is read again; run() does both the other way round
      // A worker that wakes too late for its region spins for the next one.
      const uint64_t last = state & region_mask;
      wake_.wait(lock, [&] { return changed() || (state & region_mask) != last; });
      parked_.fetch_sub(1);
      continue;
    }
    if ((state & stopping) != 0) return;
    // Both come from the caller's core: fetched together, and not one after the other.
    __builtin_prefetch(&job_);
    __builtin_prefetch(&shares_[own], 1);
    if (!state_.compare_exchange_strong(state, state + 1)) continue;
    seen = state & region_mask;
    work(own);
    const uint64_t after = state_.fetch_sub(1) - 1;
    if ((after & (active_mask | caller_parked)) == caller_parked) {
      { const std::lock_guard lock(mutex_); }
      done_.notify_one();
    }
  }
}

void Pool::run(const Job& job, int threads) {
  if (threads != threads_) start(threads);
  job_ = job;
  share_out(job.chunks);
  state_.store(((state_.load(std::memory_order_relaxed) & region_mask) + region_step) | open);
  if (const uint64_t parked = std::min(parked_.load(), job.chunks - 1); parked > 0) {
    { const std::lock_guard lock(mutex_); }
    for (uint64_t i = 0; i < parked; ++i) wake_.notify_one();
  }
  work(0);
  const auto finished = [this] { return (state_.load() & active_mask) == 0; };
  if ((state_.fetch_and(~open) & active_mask) != 0 && !spin_until(finished)) {
    std::unique_lock lock(mutex_);
    state_.fetch_or(caller_parked);
    done_.wait(lock, finished);
  }
  if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
}

}  // namespace

bool detail::run_on_threads(const Job& job, int threads) {
  if (!pool().acquire()) return false;
  struct Release {
    ~Release() { pool().release(); }
  } const release;
  pool().run(job, threads);
  return true;
}

void detail::at_fork(void (*before)(), void (*in_parent)(), void (*in_child)()) {
  pthread_atfork(before, in_parent, in_child);
}

}  // namespace heed
