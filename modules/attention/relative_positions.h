// RelativePositions: how an attention knows the distance of a key from a query. A scheme
// rotates the projected queries and keys, or adds to the scores.
#pragma once

#include <functional>
#include <memory>

#include "heed/framework/nn/module.h"
#include "heed/framework/ops/attention.h"

namespace heed {

/// The interface: a MultiHeadAttention owns one, or none.
class RelativePositions {
 public:
  RelativePositions() = default;
  RelativePositions(const RelativePositions&) = delete;
  RelativePositions& operator=(const RelativePositions&) = delete;
  virtual ~RelativePositions() = default;
  /// Queries or keys [B, H, L, D_qk], of which the first is at position `first`, as the scores
  /// are to be made of them.
  virtual Tensor turned(const Tensor& x, int64_t first);
  /// What is added to the scaled scores of queries first_query … first_query + L_1 − 1 and keys
  /// 0 … L_2 − 1: [H, L_1, L_2] of `dtype`, or undefined for nothing.
  virtual Tensor bias(int64_t first_query, int64_t L_1, int64_t L_2, DType dtype);
  /// Whether heads are treated differently, so that none can be taken out.
  virtual bool differs_between_heads() const { return false; }
};

/// Makes a scheme in the slot it is given.
using RelativePositionsFactory = std::function<std::unique_ptr<RelativePositions>(const Slot&)>;

/// Rotary positions: pairs of a query and a key are turned by angles that grow with the position,
/// so that their product depends on the distance alone. Su et al. 2021.
struct RotaryPositions : Layer<RotaryPositions>, RelativePositions {
  const double base;        ///< angles are position·base^(−2j/D)
  const RotaryPairs pairs;  ///< which elements are turned together

  /// Throws ValueError unless `base` is above 0.
  RotaryPositions(const Slot& slot, double base = 10000, RotaryPairs pairs = RotaryPairs::halves);
  /// Throws ShapeError if D_qk is odd.
  Tensor turned(const Tensor& x, int64_t first) override;
};

/// ALiBi: −slope·|i − j| is added, with a slope for each head that is not learned: 2^(−8h/H) for
/// h = 1 … H if H is a power of two, else those of the next lower power and every second one of the
/// next higher. Press, Smith & Lewis 2022.
struct AlibiPositions : Layer<AlibiPositions>, RelativePositions {
  Buffer slopes;  ///< [H]

  /// Throws ValueError unless H is at least 1.
  AlibiPositions(const Slot& slot, int64_t H);
  Tensor bias(int64_t first_query, int64_t L_1, int64_t L_2, DType dtype) override;
  bool differs_between_heads() const override { return true; }
};

/// A learned number for each head and distance j − i, cut to ±max_distance. After Shaw et al. 2018
/// and Raffel et al. 2020, with a number of its own for each distance.
struct LearnedDistances : Layer<LearnedDistances>, RelativePositions {
  Parameter weight;  ///< [H, 2·max_distance + 1]

  /// Throws ValueError unless H and max_distance are at least 1.
  LearnedDistances(const Slot& slot, int64_t H, int64_t max_distance);
  Tensor bias(int64_t first_query, int64_t L_1, int64_t L_2, DType dtype) override;
  bool differs_between_heads() const override { return true; }

 private:
  int64_t max_distance_;
};

/// The factory of a scheme: `with_positions<RotaryPositions>(10000.0)`.
template <class Scheme, class... Arguments>
RelativePositionsFactory with_positions(const Arguments&... arguments) {
  return [=](const Slot& slot) { return std::make_unique<Scheme>(slot, arguments...); };
}

}  // namespace heed
