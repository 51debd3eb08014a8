// FeedForward: two Linears with an activation between, on every position alone.
#pragma once

#include <optional>

#include "heed/framework/ops/activation.h"
#include "heed/modules/dropout.h"
#include "heed/modules/linear.h"

namespace heed {

/// The function between the two Linears. Another one is a value: `Activation{sigmoid}`.
struct Activation {
  Tensor (*function)(const Tensor& x);  ///< applied element by element
  bool gated = false;  ///< it is applied to a gate Linear, and multiplies the first

  /// `max(0, x)`, its square, x·Φ(x) and x·σ(x).
  static const Activation relu, relu_squared, gelu, silu;
  static const Activation swiglu;  ///< silu(gate(x))·up(x)
};
inline constexpr Activation Activation::relu{heed::relu};
inline constexpr Activation Activation::relu_squared{heed::relu_squared};
inline constexpr Activation Activation::gelu{[](const Tensor& x) { return heed::gelu(x); }};
inline constexpr Activation Activation::silu{heed::silu};
inline constexpr Activation Activation::swiglu{heed::silu, true};

/// x [..., width] → down(dropout(activation(up(x)))) [..., width]; inner width `hidden`.
/// Vaswani et al. 2017, §3.3; swiglu: Shazeer 2020.
struct FeedForward : Layer<FeedForward> {
  /// Of its input and output, and between the Linears.
  const int64_t width, hidden;
  const Activation activation;  ///< between the Linears
  /// Their parameters are named "expand" and "contract": names of parameters are a file format.
  /// [hidden, width] and [width, hidden]
  Linear up, down;
  std::optional<Linear> gate;  ///< of a gated activation
  Dropout dropout;             ///< before `down`

  /// Throws ValueError unless both sizes are at least 1 and `dropout_p` is in [0, 1].
  FeedForward(const Slot& slot, int64_t width, int64_t hidden, Activation activation,
              double dropout_p = 0, Bias bias = Bias::learned);
  Tensor forward(const Tensor& x);  ///< [..., width] → [..., width]
};

}  // namespace heed
