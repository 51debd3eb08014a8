// The peak that products are compared with.
#include "heed/framework/kernels/peak.h"

#include <algorithm>
#include <chrono>

#include "heed/framework/base/parallel.h"
#include "heed/framework/kernels/gemm/gemm.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/framework/simd_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::peak_test {
namespace {

/// The speed of one product on one thread, in 10⁹ operations per second.
double speed_of_product() {
  constexpr int64_t n = 384;
  const Tensor a = normal({n, n}, 1, DType::f32), b = normal({n, n}, 2, DType::f32);
  const auto start = std::chrono::steady_clock::now();
  kernels::gemm(a, b);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  return 2.0 * n * n * n / seconds.count() / 1e9;
}

}  // namespace

// Hidden: only an optimised build says anything about speed.
TEST_CASE("no product is faster than the peak, on any target", "[.speed]") {
  const Threads one(1);
  on_every_target([] {
    double peak = 0, product = 0;
    // Other programs may slow down one measurement: the fastest of several counts.
    for (int i = 0; i < 5; ++i) peak = std::max(peak, kernels::measure_peak_gflops());
    for (int i = 0; i < 5; ++i) product = std::max(product, speed_of_product());
    CHECK(product > 0);
    CHECK(product < 1.1 * peak);
  });
}

}  // namespace heed::testing::peak_test
