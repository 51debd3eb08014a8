// What the engine costs besides the numbers: tiny ops, nodes, blocks of memory, empty parallel
// regions. HEED_THREADS sets the number of threads.
#include "heed/benchmarks/registered.h"
#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/base/memory.h"
#include "heed/framework/base/parallel.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/matmul.h"
#include "heed/framework/tensor/factories.h"

namespace {

using namespace heed;
using benchmark::State;

/// Allocation and shape handling, without a node.
void add_unrecorded(State& state) {
  const NoGrad guard;
  const Tensor a = ones({4}), b = ones({4});
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(a + b);
}
BENCHMARK(add_unrecorded);

/// A node and a view, and no numbers at all.
void view_recorded(State& state) {
  const Tensor x = ones({4, 4}).requires_grad_();
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(x.transpose(0, 1));
}
BENCHMARK(view_recorded);

void tensor_and_back(State& state) {
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(empty({4}));
}
BENCHMARK(tensor_and_back);

void block_and_back(State& state) {
  for ([[maybe_unused]] auto _ : state) {
    void* const block = allocate_block(256);
    benchmark::DoNotOptimize(block);
    free_block(block, 256);
  }
}
BENCHMARK(block_and_back);

/// A chain of ops, forward and backward: the cost of an op in a long graph.
void chain_forward_backward(State& state) {
  const Tensor x = ones({4}).requires_grad_(), g = ones({4});
  const int64_t length = state.range(0);
  for ([[maybe_unused]] auto _ : state) {
    Tensor y = x;
    for (int64_t i = 0; i < length; ++i) y = y + 1.0;
    y.backward(g);
  }
  state.SetItemsProcessed(state.iterations() * length);
}
BENCHMARK(chain_forward_backward)->Arg(100);

void tiny_product(State& state) {
  const NoGrad guard;
  const Tensor a = ones({4, 4}), b = ones({4, 4});
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(matmul(a, b));
}
BENCHMARK(tiny_product);

/// Chunks that do nothing, one for each thread.
void empty_region(State& state) {
  const int64_t chunks = num_threads();
  for ([[maybe_unused]] auto _ : state) parallel_for(chunks, 1, [](int64_t, int64_t) {});
}
BENCHMARK(empty_region)->UseRealTime();

}  // namespace

int main(int argc, char** argv) {
  heed::benchmarks::register_work(heed::benchmarks::dispatch_work(), benchmark::kNanosecond);
  return heed::benchmarks::run_benchmarks(argc, argv);
}
