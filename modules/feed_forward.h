// FeedForward: two Linears with an activation between, on every position alone.
#pragma once

#include "heed/modules/dropout.h"
#include "heed/modules/linear.h"

namespace heed {

/// Activations between the two Linears.
enum class Activation { relu, gelu, silu };
Tensor activate(Activation activation, const Tensor& x);

/// x [..., width] → contract(dropout(activation(expand(x)))) [..., width]; inner width `hidden`.
/// Vaswani et al. 2017, §3.3.
struct FeedForward : Layer<FeedForward> {
  Linear expand, contract;
  Dropout dropout;
  const Activation activation;

  FeedForward(const Slot& slot, int64_t width, int64_t hidden, Activation activation,
              double dropout_p = 0);
  Tensor forward(const Tensor& x);
};

}  // namespace heed
