// heed_openmpi.so, heed_mpich.so: what heed needs of an MPI, behind mpi_interface.h. Bytes are
// moved and nothing is computed. Two threads call MPI, one at a time: that which trains, and a
// watch that sends signs of life, because not every MPI notices that a process has died.
#define OMPI_SKIP_MPICXX 1  // the C interface only
#define MPICH_SKIP_MPICXX 1
#include <mpi.h>

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <climits>
#include <cstdio>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "heed/examples/cli/ranks/mpi_interface.h"

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int life_tag = 1, failure_tag = 2;

class Ranks {
 public:
  explicit Ranks(const HeedMpiOptions& options) : options_(options) {
    MPI_Comm_dup(MPI_COMM_WORLD, &work_);
    MPI_Comm_dup(MPI_COMM_WORLD, &life_);
    // Whoever notices that a rank is gone says so in one line: not MPI, on each rank.
    MPI_Comm_set_errhandler(work_, MPI_ERRORS_RETURN);
    MPI_Comm_set_errhandler(life_, MPI_ERRORS_RETURN);
    MPI_Comm_rank(work_, &rank);
    MPI_Comm_size(work_, &size);
    got_on_ = now();
    watch_ = std::thread([this] { watch(); });
  }

  int rank = 0, size = 1;

  void gather(const void* mine, const int64_t* sizes, void* all) {
    const Layout layout(sizes, size);
    MPI_Request request = MPI_REQUEST_NULL;
    complete(request, [&] {
      return MPI_Iallgatherv(mine, layout.counts[static_cast<size_t>(rank)], layout.unit.type, all,
                             layout.counts.data(), layout.places.data(), layout.unit.type, work_,
                             &request);
    });
  }

  void exchange(const void* mine, const int64_t* outgoing, void* theirs, const int64_t* incoming) {
    const Layout out(outgoing, size), in(incoming, size);
    MPI_Request request = MPI_REQUEST_NULL;
    complete(request, [&] {
      return MPI_Ialltoallv(mine, out.counts.data(), out.places.data(), out.unit.type, theirs,
                            in.counts.data(), in.places.data(), in.unit.type, work_, &request);
    });
  }

  void get_on(const char* work, int64_t number) {
    doing_ = work;
    number_ = number;
    got_on_ = now();
  }

  void finish() {
    waits_ = true;
    MPI_Request request = MPI_REQUEST_NULL;
    complete(request, [&] { return MPI_Ibarrier(work_, &request); });
    is_over_ = true;
    watch_.join();
    stop_signs();
    MPI_Comm_free(&life_);
    MPI_Comm_free(&work_);
    MPI_Finalize();
  }

  /// Tells all others to end without a word, and ends.
  [[noreturn]] void fail(int code) {
    {
      const std::lock_guard lock(mpi_);
      tell_failure(code);
    }
    end(code);
  }

 private:
  /// MPI counts in int: beyond 2 GiB in units of 4 bytes, of which all that is so large consists.
  struct Unit {
    explicit Unit(int64_t total) : bytes(total > INT_MAX ? 4 : 1) {
      MPI_Type_contiguous(bytes, MPI_BYTE, &type);
      MPI_Type_commit(&type);
    }
    ~Unit() { MPI_Type_free(&type); }
    Unit(const Unit&) = delete;
    Unit& operator=(const Unit&) = delete;
    int bytes;
    MPI_Datatype type = MPI_DATATYPE_NULL;
  };
  struct Layout {
    Layout(const int64_t* sizes, int ranks) : unit(total(sizes, ranks)) {
      int64_t place = 0;
      for (int r = 0; r < ranks; ++r) {
        counts.push_back(static_cast<int>(sizes[r] / unit.bytes));
        places.push_back(static_cast<int>(place / unit.bytes));
        place += sizes[r];
      }
    }
    static int64_t total(const int64_t* sizes, int ranks) {
      int64_t sum = 0;
      for (int r = 0; r < ranks; ++r) sum += sizes[r];
      return sum;
    }
    Unit unit;
    std::vector<int> counts, places;
  };

  static int64_t now() {
    return std::chrono::duration_cast<milliseconds>(Clock::now().time_since_epoch()).count();
  }

  /// Begins a collective call and waits until it is done: busily at first, then more and more out
  /// of the way, because there may be more ranks than processors.
  template <class Begin>
  void complete(MPI_Request& request, const Begin& begin) {
    got_on_ = now();
    waits_ = true;
    {
      const std::lock_guard lock(mpi_);
      check(begin());
      ++calls_;
    }
    constexpr int busy = 200, yielding = 5000;
    for (int tries = 0;; ++tries) {
      int done = 0;
      {
        const std::lock_guard lock(mpi_);
        check(MPI_Test(&request, &done, MPI_STATUS_IGNORE));
        ++calls_;
      }
      if (done != 0) break;
      if (tries > yielding || watch_waits_) {
        std::this_thread::sleep_for(std::chrono::microseconds(50));
      } else if (tries > busy) {
        std::this_thread::yield();
      }
    }
    waits_ = false;
    got_on_ = now();
  }

  /// What MPI calls an error is another rank's end, as a rule: who ended has a moment to say so.
  void check(int error) {
    if (error == MPI_SUCCESS) return;
    char text[MPI_MAX_ERROR_STRING] = "";
    int length = 0;
    MPI_Error_string(error, text, &length);
    for (int i = 0; i < 20; ++i) {
      listen();
      std::this_thread::sleep_for(milliseconds(100));
    }
    report("MPI: " + std::string(text, std::strcspn(text, "\n")));
    tell_failure(options_.failure_code);
    end(options_.failure_code);
  }

  // All below is called with the lock held.

  void listen() {
    if (failure_heard_ == MPI_REQUEST_NULL) return;
    int done = 0;
    MPI_Test(&failure_heard_, &done, MPI_STATUS_IGNORE);
    if (done != 0) end(others_code_);
  }

  void tell_failure(int code) {
    std::vector<MPI_Request> requests(static_cast<size_t>(size), MPI_REQUEST_NULL);
    for (int r = 0; r < size; ++r) {
      if (r == rank) continue;
      MPI_Isend(&code, 1, MPI_INT, r, failure_tag, life_, &requests[static_cast<size_t>(r)]);
    }
    const auto until = Clock::now() + milliseconds(500);
    for (int done = 0; done == 0 && Clock::now() < until;) {
      MPI_Testall(size, requests.data(), &done, MPI_STATUSES_IGNORE);
    }
  }

  /// Without MPI_Abort, which says much, and under MPICH takes 19 s.
  [[noreturn]] static void end(int code) {
    std::fflush(nullptr);
    _exit(code);
  }

  void report(const std::string& text) const { options_.report(text.c_str()); }

  /// A sign of life to the next rank, and a look for that of the rank before. Its own clock counts
  /// only while it runs: a computer that slept, or a stopped job, is no dead rank.
  void watch() {
    constexpr auto tick = milliseconds(100);
    constexpr int ticks_per_sign = 3;
    {
      const std::lock_guard lock(mpi_);
      MPI_Irecv(&others_code_, 1, MPI_INT, MPI_ANY_SOURCE, failure_tag, life_, &failure_heard_);
      MPI_Irecv(&heard_, 1, MPI_CHAR, before(), life_tag, life_, &life_heard_);
    }
    const int patience = static_cast<int>(options_.patience * 1000 / double{tick.count()});
    int silent_ticks = 0, stuck_ticks = 0;
    int64_t calls = -1;
    for (int64_t ticks = 0; !is_over_; ++ticks) {
      std::this_thread::sleep_for(tick);
      // No call waits for anything; but some that meet a dead process never return.
      stuck_ticks = calls == calls_ ? stuck_ticks + 1 : 0;
      calls = calls_;
      watch_waits_ = true;
      const std::unique_lock lock(mpi_, tick);
      watch_waits_ = false;
      if (!lock) {
        if (stuck_ticks * 2 <= patience) continue;  // two ticks each: it waited, too
        report("MPI has not returned for " + patience_text() + " s: another rank is gone");
        end(options_.failure_code);
      }
      stuck_ticks = 0;
      listen();
      int done = 1;
      if (life_sent_ != MPI_REQUEST_NULL) MPI_Test(&life_sent_, &done, MPI_STATUS_IGNORE);
      if (done != 0 && ticks % ticks_per_sign == 0) {
        MPI_Isend(&sign_, 1, MPI_CHAR, after(), life_tag, life_, &life_sent_);
      }
      MPI_Test(&life_heard_, &done, MPI_STATUS_IGNORE);
      ++silent_ticks;
      if (done != 0) {
        silent_ticks = 0;
        MPI_Irecv(&heard_, 1, MPI_CHAR, before(), life_tag, life_, &life_heard_);
      }
      if (silent_ticks > patience) {
        fail_for("rank " + std::to_string(before()) + " has given no sign of life for " +
                 patience_text() + " s: killed, stopped, or its machine is gone");
      }
      check_progress();
    }
  }

  /// Who waits for others gives them time to say that it is they who are stuck; of several that are
  /// stuck at once one says so: each gives a second to each before it.
  void check_progress() {
    constexpr double grace = 5;
    const double turn = std::min(rank, 4) + (waits_ ? grace : 0);
    const double seconds = static_cast<double>(now() - got_on_) / 1000;
    if (seconds <= options_.rank_timeout + turn) return;
    const char* doing = doing_;
    fail_for("no progress for " + std::to_string(static_cast<int>(seconds)) + " s in " + doing +
             " " + std::to_string(number_.load()) +
             (waits_ ? ", where it waits for the other ranks" : "") +
             "; --rank-timeout gives it more time");
  }

  [[noreturn]] void fail_for(const std::string& why) {
    report(why);
    tell_failure(options_.failure_code);
    end(options_.failure_code);
  }

  void stop_signs() {
    for (MPI_Request* request : {&failure_heard_, &life_heard_}) {
      MPI_Cancel(request);
      MPI_Wait(request, MPI_STATUS_IGNORE);
    }
    // The last sign may be one that nobody receives any more; it is small, so it is sent.
    if (life_sent_ != MPI_REQUEST_NULL) MPI_Request_free(&life_sent_);
  }

  std::string patience_text() const { return std::to_string(static_cast<int>(options_.patience)); }
  int before() const { return (rank + size - 1) % size; }
  int after() const { return (rank + 1) % size; }

  HeedMpiOptions options_;
  MPI_Comm work_ = MPI_COMM_NULL, life_ = MPI_COMM_NULL;
  std::timed_mutex mpi_;  // one call at a time
  std::thread watch_{};
  std::atomic<bool> is_over_ = false, waits_ = false, watch_waits_ = false;
  std::atomic<int64_t> got_on_ = 0, number_ = 0, calls_ = 0;
  std::atomic<const char*> doing_ = "the preparation of step";
  char sign_ = 1, heard_ = 0;
  int others_code_ = 0;
  MPI_Request life_sent_ = MPI_REQUEST_NULL, life_heard_ = MPI_REQUEST_NULL,
              failure_heard_ = MPI_REQUEST_NULL;
};

std::unique_ptr<Ranks> ranks;

/// "Open MPI 4.1.4", from the first words of a long text.
const char* library_name() {
  static char text[MPI_MAX_LIBRARY_VERSION_STRING] = "";
  int length = 0;
  MPI_Get_library_version(text, &length);
  std::string name(text);
  std::replace(name.begin(), name.end(), '\t', ' ');
  name = name.substr(0, name.find_first_of(",\n"));
  std::snprintf(text, sizeof text, "%s", name.c_str());
  return text;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) const HeedMpi* heed_mpi_begin(
    const HeedMpiOptions* options, char* fault, int fault_size) {
  if (options->version != HEED_MPI_VERSION) {
    std::snprintf(fault, static_cast<size_t>(fault_size),
                  "it belongs to another version of heed (%d, wanted %d)", HEED_MPI_VERSION,
                  options->version);
    return nullptr;
  }
  int provided = 0;
  if (MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &provided) != MPI_SUCCESS ||
      provided < MPI_THREAD_SERIALIZED) {
    std::snprintf(fault, static_cast<size_t>(fault_size),
                  "this MPI cannot be called by two threads in turn (MPI_THREAD_SERIALIZED)");
    return nullptr;
  }
  ranks = std::make_unique<Ranks>(*options);
  static HeedMpi interface {};
  interface = {
      .name = library_name(),
      .rank = ranks->rank,
      .size = ranks->size,
      .gather = [](const void* mine, const int64_t* sizes,
                   void* all) { ranks->gather(mine, sizes, all); },
      .exchange =
          [](const void* mine, const int64_t* outgoing, void* theirs, const int64_t* incoming) {
            ranks->exchange(mine, outgoing, theirs, incoming);
          },
      .get_on = [](const char* work, int64_t number) { ranks->get_on(work, number); },
      .finish =
          [] {
            ranks->finish();
            ranks.reset();
          },
      .fail = [](int code) { ranks->fail(code); },
  };
  return &interface;
}
