#include "heed/benchmarks/measure.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <ctime>
#include <fstream>
#include <string>
#include <vector>

#include "heed/framework/base/parallel.h"
#include "heed/framework/kernels/peak.h"

namespace heed::benchmarks {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Seconds in which this thread had a processor.
double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

double time_batch(Work& work, int64_t runs) {
  const auto start = Clock::now();
  for (int64_t i = 0; i < runs; ++i) work.run();
  return seconds_since(start);
}

}  // namespace

Timing time_run(Work& work, double seconds) {
  constexpr double batch_seconds = 1e-3;
  int64_t runs = 1;
  const double before = thread_seconds();
  const auto start = Clock::now();
  double taken = time_batch(work, runs);
  while (taken < batch_seconds / 2) {
    runs *= 2;
    taken = time_batch(work, runs);
  }
  std::vector<double> batches{taken};
  while (seconds_since(start) < seconds) batches.push_back(time_batch(work, runs));
  const double share = (thread_seconds() - before) / seconds_since(start);
  return {median(batches) / static_cast<double>(runs) * 1e3, share};
}

Peak measure_peak() {
  std::vector<Peak> peaks(static_cast<size_t>(num_threads()));
  parallel_for(num_threads(), 1, [&](int64_t i, int64_t) {
    const auto start = Clock::now();
    const double before = thread_seconds();
    const double gflops = kernels::measure_peak_gflops();
    peaks[static_cast<size_t>(i)] = {gflops, (thread_seconds() - before) / seconds_since(start)};
  });
  Peak all{0, 1};
  for (const Peak& peak : peaks) {
    all.gflops += peak.gflops;
    all.share = std::min(all.share, peak.share);
  }
  return all;
}

double measure_copy_bandwidth() {
  constexpr int64_t size = int64_t{32} << 20, chunk = int64_t{1} << 20;
  const std::vector<std::byte> source(size, std::byte{1});
  std::vector<std::byte> target(size);
  std::vector<double> times(21);
  for (double& time : times) {
    const auto start = Clock::now();
    parallel_for(size, chunk, [&](int64_t begin, int64_t end) {
      std::memcpy(target.data() + begin, source.data() + begin, static_cast<size_t>(end - begin));
    });
    time = seconds_since(start);
  }
  return 2 * static_cast<double>(size) / median(times) / 1e9;
}

double peak_memory() {
  // getrusage's ru_maxrss would do, had it not begun with that of the parent before exec.
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stod(line.substr(6)) * 1024 / 1e6;
  }
  return 0;
}

}  // namespace heed::benchmarks
