// FeedForward: two Linears with an activation between, on every position alone.
#pragma once

#include <optional>

#include "heed/modules/dropout.h"
#include "heed/modules/linear.h"

namespace heed {

/// What stands between the two Linears. `swiglu` is silu(gate(x))·expand(x), with a third Linear.
enum class Activation { relu, gelu, silu, swiglu };

/// x [..., width] → contract(dropout(activation(expand(x)))) [..., width]; inner width `hidden`.
/// Vaswani et al. 2017, §3.3; swiglu: Shazeer 2020.
struct FeedForward : Layer<FeedForward> {
  Linear expand, contract;
  std::optional<Linear> gate;  // of swiglu
  Dropout dropout;
  const Activation activation;

  FeedForward(const Slot& slot, int64_t width, int64_t hidden, Activation activation,
              double dropout_p = 0, Bias bias = Bias::learned);
  Tensor forward(const Tensor& x);

 private:
  Tensor activated(const Tensor& x);
};

}  // namespace heed
