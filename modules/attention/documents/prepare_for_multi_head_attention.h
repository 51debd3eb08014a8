// PrepareForMultiHeadAttention: a projection whose result has a dimension for heads.
#pragma once

#include "heed/modules/linear.h"

namespace heed {

/// x [..., d_model] → [..., heads, d_k], with any leading dimensions: head h is rows h·d_k …
/// (h+1)·d_k − 1 of `linear`.
struct PrepareForMultiHeadAttention : Layer<PrepareForMultiHeadAttention> {
  /// Number of heads, and width of a head.
  const int64_t heads, d_k;
  Linear linear;  ///< [heads·d_k, d_model]

  /// Throws ValueError unless all sizes are at least 1.
  PrepareForMultiHeadAttention(const Slot& slot, int64_t d_model, int64_t heads, int64_t d_k,
                               Bias bias);
  Tensor forward(const Tensor& x);  ///< [..., d_model] → [..., heads, d_k]
};

}  // namespace heed
