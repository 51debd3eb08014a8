// Positions: what tells attention, which sees a set, where each element stands.
#pragma once

#include "heed/framework/nn/module.h"

namespace heed {

/// x [..., L, width] + weight[first … first + L − 1], learned rows for up to `max_length`
/// positions, normal with deviation 0.02 at first.
struct LearnedPositions : Layer<LearnedPositions> {
  Parameter weight;  // [max_length, width]

  /// Throws ValueError unless both sizes are at least 1.
  LearnedPositions(const Slot& slot, int64_t max_length, int64_t width);
  Tensor forward(const Tensor& x, int64_t first = 0);
};

/// x [..., L, width] + sines and cosines of geometrically falling frequencies: at position t,
/// column 2i is sin(t / 10000^(2i/width)) and column 2i + 1 the cosine; x starts at position
/// `first`. Vaswani et al. 2017, §3.5.
struct SinusoidalPositions : Layer<SinusoidalPositions> {
  Buffer table;  // [max_length, width]

  /// Throws ValueError unless both sizes are at least 1.
  SinusoidalPositions(const Slot& slot, int64_t max_length, int64_t width);
  Tensor forward(const Tensor& x, int64_t first = 0);
};

}  // namespace heed
