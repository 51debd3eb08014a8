// CrossAttention: one sequence attends to another, with the packed projection of SelfAttention.
#pragma once

#include "heed/modules/attention/heads.h"
#include "heed/modules/attention/multi_head_attention.h"

namespace heed {

/// As SelfAttention, with queries from q_seq and keys and values from kv_seq, both input_size wide.
///
/// The text projects both sequences to queries, keys and values and throws half of it away; here
/// q_seq meets the first third of qkv's rows and kv_seq the other two. Its softmax runs over the
/// keys of K·Qᵀ, and its mask is [N, T_kv, T_q] ("[N, Ty, Tx]"), as in SelfAttention.
struct CrossAttention : Layer<CrossAttention> {
  /// Widths, and the number of heads.
  const int64_t input_size, hidden_size, num_head, dim_per_head;
  const double mask_value;  ///< the entry of a mask that means "blocked"
  /// [3·hidden_size, input_size] and [input_size, hidden_size]
  Linear qkv, out_proj;
  /// It takes masks.
  static constexpr AttentionAbilities abilities{.masks = true};

  /// Throws ValueError naming both if num_head does not divide hidden_size.
  CrossAttention(const Slot& slot, int64_t input_size, int64_t hidden_size, int64_t num_head,
                 double mask_value = 0);

  /// q_seq [B, L_1, input_size], kv_seq [B, L_2, input_size] → [B, L_1, input_size]. `mask`
  /// [B, L_2, L_1], numbers or bool (true is 1): mask_value blocks. Undefined: nothing is blocked.
  Tensor forward(const Tensor& q_seq, const Tensor& kv_seq, const Tensor& mask = {});
  Tensor forward(const Tensor& q_seq, const Tensor& kv_seq, const Mask& mask);
  /// What a block calls: forward with the call's mask.
  Tensor attend(const Tensor& query, const Tensor& key, const Tensor&, const AttentionCall& call) {
    return (*this)(query, key, call.mask);
  }
  /// The attention weights of the same inputs, [B, H, L_1, L_2].
  Tensor weights(const Tensor& q_seq, const Tensor& kv_seq, const Tensor& mask = {});
  Tensor weights(const Tensor& q_seq, const Tensor& kv_seq, const Mask& mask);
  /// The same attention with copies of the parameters.
  std::unique_ptr<MultiHeadAttention> as_multi_head() const;

 private:
  ProjectedHeads projected(const Tensor& q_seq, const Tensor& kv_seq);
  Mask mask_of(const Tensor& mask) const;
};

}  // namespace heed
