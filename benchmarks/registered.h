// Work as Google Benchmark's benchmarks, under the names that compare_torch.py uses.
#pragma once

#include <benchmark/benchmark.h>

#include "heed/benchmarks/work.h"

namespace heed::benchmarks {

/// Registers all of `makers`. Each work is made just before it is measured and freed after it.
inline void register_work(const std::vector<WorkMaker>& makers, benchmark::TimeUnit unit) {
  for (const WorkMaker& maker : makers) {
    benchmark::RegisterBenchmark(maker.name.c_str(),
                                 [make = maker.make](benchmark::State& state) {
                                   const std::unique_ptr<Work> work = make();
                                   work->run();
                                   for ([[maybe_unused]] auto _ : state) work->run();
                                   using Counter = benchmark::Counter;
                                   const auto rate = Counter::kIsIterationInvariantRate;
                                   if (work->flops > 0) {
                                     state.counters["flops"] = Counter(work->flops, rate);
                                   }
                                   if (work->bytes > 0) {
                                     state.counters["bytes"] = Counter(work->bytes, rate);
                                   }
                                 })
        ->Unit(unit)
        ->UseRealTime();
  }
}

/// What main does in each of these programs.
inline int run_benchmarks(int count, char** arguments) {
  benchmark::Initialize(&count, arguments);
  if (benchmark::ReportUnrecognizedArguments(count, arguments)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}

}  // namespace heed::benchmarks
