// The two reshapings of every multi-head attention. Both are views where memory allows.
#pragma once

#include "heed/framework/tensor/tensor.h"

namespace heed {

/// [B, L, H·D] → [B, H, L, D]: head h reads columns h·D … (h+1)·D − 1. A view.
/// Throws ShapeError if H does not divide the width.
Tensor split_heads(const Tensor& x, int64_t H);

/// [B, H, L, D] → [B, L, H·D]: the inverse of split_heads; copies.
Tensor merge_heads(const Tensor& x);

/// What an attention computes with, each [B, H, L, D].
struct ProjectedHeads {
  /// [B, H, L_1, D_qk], [B, H, L_2, D_qk] and [B, H, L_2, D_v]
  Tensor query, key, value;
};

}  // namespace heed
