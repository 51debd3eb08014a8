#include "heed/framework/kernels/peak.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>

#include "heed/framework/kernels/simd/dispatch-inl.h"

#include "heed/framework/kernels/gemm/tile-inl.h"

HWY_BEFORE_NAMESPACE();
namespace heed::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// x ← a·x + b on `chains` independent vectors, `rounds` times; returns the number of operations
/// done.
template <int chains>
int64_t multiply_add_many(int64_t rounds, float a, float b, float* result) {
  const hn::ScalableTag<float> tag;
  using Vector = hn::Vec<decltype(tag)>;
  const Vector factor = hn::Set(tag, a);
  const Vector term = hn::Set(tag, b);
  Vector x[chains];
  // All start differently, or the compiler would see that they are the same and do one.
  for (int i = 0; i < chains; ++i) x[i] = hn::Iota(tag, static_cast<float>(i));
  for (int64_t i = 0; i < rounds; ++i) {
    HEED_UNROLL
    for (int j = 0; j < chains; ++j) x[j] = hn::MulAdd(x[j], factor, term);
  }
  Vector total = x[0];
  for (int i = 1; i < chains; ++i) total = hn::Add(total, x[i]);
  *result = hn::GetLane(total);
  return 2 * chains * rounds * static_cast<int64_t>(hn::Lanes(tag));
}

}  // namespace heed::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heed::kernels {
namespace {

/// The median speed of some loops, in 10⁹ operations per second.
template <class Loop>
double median_speed(int64_t rounds, const Loop& loop) {
  using Clock = std::chrono::steady_clock;
  // volatile, so that neither the factors nor the result can be computed away
  volatile float factor = 0.999F, term = 0.001F, sink = 0;
  std::array<double, 7> speeds{};
  for (double& speed : speeds) {
    float result = 0;
    const auto start = Clock::now();
    const int64_t operations = loop(rounds, factor, term, &result);
    const std::chrono::duration<double> seconds = Clock::now() - start;
    sink = result;
    speed = static_cast<double>(operations) / seconds.count() / 1e9;
  }
  static_cast<void>(sink);
  std::sort(speeds.begin(), speeds.end());
  return speeds[speeds.size() / 2];
}

}  // namespace

// A core starts two operations a cycle and has each done four or five cycles later, so it takes ten
// independent chains to keep it busy, or more if it multiplies and adds apart. But it may have
// no more than 16 registers: the best of several numbers counts.
double measure_peak_gflops() {
  constexpr int64_t rounds = 500'000;  // 5 ms
  return std::max({median_speed(rounds, HEED_DISPATCH(multiply_add_many<8>)),
                   median_speed(rounds, HEED_DISPATCH(multiply_add_many<12>)),
                   median_speed(rounds, HEED_DISPATCH(multiply_add_many<16>))});
}

}  // namespace heed::kernels
#endif
