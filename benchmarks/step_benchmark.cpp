// Training steps of attentions and language models. HEED_THREADS sets the number of threads.
#include "heed/benchmarks/registered.h"

int main(int argc, char** argv) {
  heed::benchmarks::register_work(heed::benchmarks::step_work(), benchmark::kMillisecond);
  return heed::benchmarks::run_benchmarks(argc, argv);
}
