// MyMultiHeadAttention: self-attention as a blog's series builds it up, step by step.
#pragma once

#include "heed/modules/attention/heads.h"
#include "heed/modules/attention/multi_head_attention.h"

namespace heed {

/// A sequence attends to itself, with four projections that have biases and no mask:
///
///   linear_o( concat_h( softmax(Q_h K_hᵀ · scaling) V_h ) ),   scaling = 1/√head_dim
///
/// In the text it differs thus: it computes the softmax of `aattn_scores`, which is undefined. Its
/// `view(B, L, -1, head_dim)` finds the number of heads by division, so hidden_size 10 with n_head
/// 4 silently has 5 heads of width 2; here it is refused. Its `contiguous().view` and `reshape` are
/// one and the same, which is merge_heads.
struct MyMultiHeadAttention : Layer<MyMultiHeadAttention> {
  /// Width, number of heads, and width of a head.
  const int64_t hidden_size, n_head, head_dim;
  const double scaling;  ///< 1/√head_dim
  /// Each [hidden_size, hidden_size].
  Linear linear_q, linear_k, linear_v, linear_o;
  /// A sequence attends to itself only.
  static constexpr AttentionAbilities abilities{.crosses = false};

  /// Throws ValueError naming both if n_head does not divide hidden_size.
  MyMultiHeadAttention(const Slot& slot, int64_t hidden_size, int64_t n_head);

  /// x [B, L, hidden_size] → the same shape
  Tensor forward(const Tensor& x);
  /// What a block calls: forward.
  Tensor attend(const Tensor& query, const Tensor&, const Tensor&, const AttentionCall&) {
    return (*this)(query);
  }
  /// The attention weights of the same input, [B, H, L, L].
  Tensor weights(const Tensor& x);
  /// The same attention with copies of the parameters.
  std::unique_ptr<MultiHeadAttention> as_multi_head() const;

 private:
  ProjectedHeads projected(const Tensor& x);
};

}  // namespace heed
