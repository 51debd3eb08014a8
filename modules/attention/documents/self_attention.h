// SelfAttention: one packed projection for queries, keys and values, and masks of numbers.
#pragma once

#include "heed/modules/attention/heads.h"
#include "heed/modules/attention/multi_head_attention.h"

namespace heed {

/// A sequence attends to itself. `qkv` projects to queries, keys and values at once, to rows in
/// this order; hidden_size may differ from input_size. Scores are divided by √dim_per_head.
///
/// The text computes K·Qᵀ, so its scores and masks are [N, T_kv, T_q] and the softmax must run over
/// the keys, which are *not* last there: dimension 1, "dimension 0 (column)" in its words. Here
/// scores are Q·Kᵀ, which is the same attention, and only masks keep its layout. Further, in the
/// text: its einsum strings "btqc, btkc -> btktq" use t for three lengths and mean
/// "bqc,bkc->bkq" and "bkq,bkc->bqc". Outputs are weighted sums of values, not of keys. Without a
/// mask it takes one of ones, which blocks everything if mask_value is 1; here nothing is blocked.
struct SelfAttention : Layer<SelfAttention> {
  /// Widths, and the number of heads.
  const int64_t input_size, hidden_size, num_head, dim_per_head;
  const double mask_value;  ///< the entry of a mask that means "blocked"
  /// [3·hidden_size, input_size] and [input_size, hidden_size]
  Linear qkv, out_proj;
  /// It takes masks; a sequence attends to itself only.
  static constexpr AttentionAbilities abilities{.masks = true, .crosses = false};

  /// Throws ValueError naming both if num_head does not divide hidden_size.
  SelfAttention(const Slot& slot, int64_t input_size, int64_t hidden_size, int64_t num_head,
                double mask_value = 0);

  /// x [B, L, input_size] → the same shape. `mask` [B, L_2, L_1], so [key, query], numbers or bool
  /// (true is 1): mask_value blocks. Undefined: nothing is blocked.
  Tensor forward(const Tensor& x, const Tensor& mask = {});
  Tensor forward(const Tensor& x, const Mask& mask);
  /// What a block calls: forward with the call's mask.
  Tensor attend(const Tensor& query, const Tensor&, const Tensor&, const AttentionCall& call) {
    return (*this)(query, call.mask);
  }
  /// The attention weights of the same inputs, [B, H, L_1, L_2].
  Tensor weights(const Tensor& x, const Tensor& mask = {});
  Tensor weights(const Tensor& x, const Mask& mask);
  /// The same attention with copies of the parameters.
  std::unique_ptr<MultiHeadAttention> as_multi_head() const;

 private:
  ProjectedHeads projected(const Tensor& x);
  Mask mask_of(const Tensor& mask) const;
};

}  // namespace heed
