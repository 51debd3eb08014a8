// What one core can do: the yardstick beside which the speed of BLAS means something.
#pragma once

namespace heed::kernels {

/// The most f32 operations of one core, in 10⁹ per second and measured now (in 0.1 s): the median
/// of some loops of independent fused multiply-adds, each counting as two.
double measure_peak_gflops();

}  // namespace heed::kernels
