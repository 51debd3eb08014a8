// How work is timed, and what the machine can do.
#pragma once

#include "heed/benchmarks/work.h"

namespace heed::benchmarks {

struct Timing {
  double ms;     ///< a run
  double share;  ///< of the time in which this thread had a processor; well below 1: disturbed
};

/// The median over batches of runs; a batch takes a millisecond or, if that is longer, one run.
/// Measures batches for `seconds`, at least one.
Timing time_run(Work& work, double seconds);

struct Peak {
  double gflops;  ///< multiply-adds of all threads at once, each counted as two
  double share;   ///< as in Timing, of the thread that had least
};
Peak measure_peak();

/// 10⁹ bytes a second that memcpy reads and writes on all threads, copying 32 MB: the median of
/// some copies.
double measure_copy_bandwidth();

/// The most memory this process ever held, in 10⁶ bytes.
double peak_memory();

}  // namespace heed::benchmarks
