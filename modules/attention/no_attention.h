// NoAttention: zeros in the place of an attention. What is learned with it needs none.
#pragma once

#include "heed/framework/nn/module.h"
#include "heed/framework/tensor/factories.h"
#include "heed/modules/attention/attention_call.h"

namespace heed {

/// The negative control. It has no parameters and no place in the tree.
struct NoAttention {
  /// Nothing of the zeros depends on what a mask may hide.
  static constexpr AttentionAbilities abilities{.masks = true, .separate_values = true};

  /// No parameters.
  explicit NoAttention(const Slot&) {}
  /// Zeros of query's shape.
  Tensor attend(const Tensor& query, const Tensor&, const Tensor&, const AttentionCall&) {
    return zeros_like(query);
  }
};

}  // namespace heed
