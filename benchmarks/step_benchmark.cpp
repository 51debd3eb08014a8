// Training steps of attention alone: forward, mean(y²), backward with input gradients, AdamW.
// HEED_THREADS sets the number of threads.
#include <benchmark/benchmark.h>

#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/optim/optimizer.h"
#include "heed/framework/tensor/factories.h"
#include "heed/modules/attention/my_mha.h"

namespace {

using namespace heed;

void my_mha_step(benchmark::State& state) {
  const int64_t B = state.range(0), L = state.range(1), D = state.range(2), H = state.range(3);
  Rng rng(stream(0, Purpose::user));
  MyMHA attention(Slot::root(), D, D, D / H, D / H, H);
  attention.reset_parameters(rng);
  AdamW optimizer(attention.parameters(), {.lr = 1e-4, .weight_decay = 0.01});
  Tensor x = randn({B, L, D}, rng).requires_grad_();
  for ([[maybe_unused]] auto _ : state) {
    optimizer.zero_grad();
    x.set_grad(Tensor());
    mean(square(attention(x, x))).backward();
    optimizer.step();
  }
  // Forward: four projections and two products per head; backward costs twice as much.
  const double forward = 2.0 * static_cast<double>(B * L * D * (4 * D + 2 * L));
  state.counters["flops"] = benchmark::Counter(
      3 * forward, benchmark::Counter::kIsIterationInvariantRate, benchmark::Counter::kIs1000);
}

BENCHMARK(my_mha_step)
    ->ArgNames({"B", "L", "D", "H"})
    ->Args({32, 16, 64, 4})
    ->Args({64, 32, 64, 4})
    ->Args({32, 64, 128, 4})
    ->Args({8, 512, 512, 8})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

void add_forward(benchmark::State& state) {
  Tensor a = ones({4}).requires_grad_(), b = ones({4}).requires_grad_();
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(a + b);
}
BENCHMARK(add_forward);

void add_forward_backward(benchmark::State& state) {
  Tensor a = ones({4}).requires_grad_(), b = ones({4}).requires_grad_();
  const Tensor g = ones({4});
  for ([[maybe_unused]] auto _ : state) (a + b).backward(g);
}
BENCHMARK(add_forward_backward);

}  // namespace

BENCHMARK_MAIN();
