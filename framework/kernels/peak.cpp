#include "heed/framework/kernels/peak.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>

#include "heed/framework/kernels/simd/dispatch-inl.h"

HWY_BEFORE_NAMESPACE();
namespace heed::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// A core starts two operations a cycle and has each done four or five cycles later, so it takes ten
// independent chains to keep it busy.
constexpr int64_t chains = 16;

/// x ← a·x + b on 16 independent vectors, `rounds` times; returns the number of operations done.
int64_t multiply_add_many(int64_t rounds, float a, float b, float* result) {
  const hn::ScalableTag<float> tag;
  using Vector = hn::Vec<decltype(tag)>;
  const Vector factor = hn::Set(tag, a);
  const Vector term = hn::Set(tag, b);
  // All start differently, or the compiler would see that they are the same and do one.
  const auto start = [&](int chain) HWY_ATTR { return hn::Iota(tag, static_cast<float>(chain)); };
  Vector x0 = start(0), x1 = start(1), x2 = start(2), x3 = start(3);
  Vector x4 = start(4), x5 = start(5), x6 = start(6), x7 = start(7);
  Vector x8 = start(8), x9 = start(9), x10 = start(10), x11 = start(11);
  Vector x12 = start(12), x13 = start(13), x14 = start(14), x15 = start(15);
  const auto advance = [&](auto&... x) HWY_ATTR { ((x = hn::MulAdd(x, factor, term)), ...); };
  for (int64_t i = 0; i < rounds; ++i) {
    advance(x0, x1, x2, x3, x4, x5, x6, x7, x8, x9, x10, x11, x12, x13, x14, x15);
  }
  Vector total = x0;
  const auto join = [&](auto&... x) HWY_ATTR { ((total = hn::Add(total, x)), ...); };
  join(x1, x2, x3, x4, x5, x6, x7, x8, x9, x10, x11, x12, x13, x14, x15);
  *result = hn::GetLane(total);
  return 2 * chains * rounds * static_cast<int64_t>(hn::Lanes(tag));
}

}  // namespace heed::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heed::kernels {
double measure_peak_gflops() {
  using Clock = std::chrono::steady_clock;
  constexpr int64_t rounds = 500'000;  // 5 ms
  // volatile, so that neither the factors nor the result can be computed away
  volatile float factor = 0.999F, term = 0.001F, sink = 0;
  std::array<double, 15> speeds{};
  for (double& speed : speeds) {
    float result = 0;
    const auto start = Clock::now();
    const int64_t operations = HEED_DISPATCH(multiply_add_many)(rounds, factor, term, &result);
    const std::chrono::duration<double> seconds = Clock::now() - start;
    sink = result;
    speed = static_cast<double>(operations) / seconds.count() / 1e9;
  }
  static_cast<void>(sink);
  std::sort(speeds.begin(), speeds.end());
  return speeds[speeds.size() / 2];
}

}  // namespace heed::kernels
#endif
