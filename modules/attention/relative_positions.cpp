#include "heed/modules/attention/relative_positions.h"

#include <cmath>
#include <vector>

#include "heed/framework/nn/init.h"
#include "heed/framework/nn/sizes.h"
#include "heed/framework/ops/cast.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/indexing.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"

namespace heed {
namespace {

/// j − i [L_1, L_2] for queries i from first_query on.
Tensor distances(int64_t first_query, int64_t L_1, int64_t L_2) {
  const Tensor rows = arange(L_1) + static_cast<double>(first_query);
  return arange(L_2).unsqueeze(0) - rows.unsqueeze(1);
}

Tensor alibi_slopes(int64_t H) {
  int64_t power = 1;
  while (2 * power <= H) power *= 2;
  std::vector<double> slopes;
  const auto slope = [](int64_t h, int64_t of) {
    return std::exp2(-8.0 * static_cast<double>(h) / static_cast<double>(of));
  };
  for (int64_t h = 1; h <= power; ++h) slopes.push_back(slope(h, power));
  for (int64_t h = 1; static_cast<int64_t>(slopes.size()) < H; h += 2) {
    slopes.push_back(slope(h, 2 * power));
  }
  return from_values(slopes, {H}).to(DType::f32);
}

}  // namespace

Tensor RelativePositions::turned(const Tensor& x, int64_t) {
  return x;
}

Tensor RelativePositions::bias(int64_t, int64_t, int64_t, DType) {
  return {};
}

RotaryPositions::RotaryPositions(const Slot& slot, double angle_base, RotaryPairs pairing)
    : Layer(slot), base(angle_base), pairs(pairing) {
  if (!(base > 0)) throw ValueError("RotaryPositions: base must be above 0, got ", base);
}

Tensor RotaryPositions::turned(const Tensor& x, int64_t first) {
  const int64_t L = x.size(-2), D_qk = x.size(-1);
  if (D_qk % 2 != 0) {
    throw ShapeError("RotaryPositions: rotates pairs, so D_qk must be even, got ", x.shape());
  }
  const Tensor positions = arange(L) + static_cast<double>(first);
  const RotaryAngles angles = rotary_angles(positions, D_qk, base, x.dtype());
  return rotary_embedding(x, angles.cos, angles.sin, pairs);
}

AlibiPositions::AlibiPositions(const Slot& slot, int64_t H)
    : Layer(slot), slopes({this, "slopes"}, alibi_slopes(positive("AlibiPositions", "H", H))) {}

Tensor AlibiPositions::bias(int64_t first_query, int64_t L_1, int64_t L_2, DType dtype) {
  const Tensor far = abs(distances(first_query, L_1, L_2).to(dtype));
  return -(slopes->unsqueeze(-1).unsqueeze(-1) * far);  // [H, L_1, L_2]
}

LearnedDistances::LearnedDistances(const Slot& slot, int64_t H, int64_t max_distance)
    : Layer(slot),
      weight({this, "weight"},
             {positive("LearnedDistances", "H", H),
              2 * positive("LearnedDistances", "max_distance", max_distance) + 1},
             init::normal(0.02)),
      max_distance_(max_distance) {}

Tensor LearnedDistances::bias(int64_t first_query, int64_t L_1, int64_t L_2, DType) {
  const auto limit = static_cast<double>(max_distance_);
  const Tensor near = clamp(distances(first_query, L_1, L_2), -limit, limit) + limit;
  const Tensor rows = index_select(weight, 1, near.reshape({L_1 * L_2}));  // [H, L_1·L_2]
  return rows.reshape({weight->size(0), L_1, L_2});
}

}  // namespace heed
