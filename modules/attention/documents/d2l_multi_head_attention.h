// D2LMultiHeadAttention: the one of the book "Dive into Deep Learning".
#pragma once

#include "heed/modules/attention/heads.h"
#include "heed/modules/attention/multi_head_attention.h"

namespace heed {

/// Queries, keys and values of three widths, all projected to num_hiddens, of which each head has
/// num_hiddens / num_heads:
///
///   W_o( concat_h( dropout(softmax(Q_h K_hᵀ / √(num_hiddens / num_heads))) V_h ) )
///
/// W_q is the num_heads matrices of the heads stacked: head h owns rows h·d … (h+1)·d − 1. So the
/// number of parameters does not depend on num_heads, and still it is not one big head.
///
/// In the text it differs thus: it folds heads into the batch, [B·H, L, D], and then has to repeat
/// valid_lens for each head; here heads have a dimension of their own, where they can be seen with
/// weights(), and lengths broadcast. It adds −10⁶ to masked scores, so a query with a length of 0
/// attends to all of its padding; here to nothing. It calls the width of the inputs num_hiddens;
/// they are query_size, key_size and value_size wide. It does not refuse num_hiddens that num_heads
/// does not divide.
struct D2LMultiHeadAttention : Layer<D2LMultiHeadAttention> {
  /// Widths, and the number of heads.
  const int64_t query_size, key_size, value_size, num_hiddens, num_heads;
  const double dropout;  ///< of the weights, in training
  /// Of queries, keys, values and the output.
  Linear W_q, W_k, W_v, W_o;
  /// It takes masks, and values apart from keys.
  static constexpr AttentionAbilities abilities{.masks = true, .separate_values = true};

  /// `bias` governs all four projections. Throws ValueError naming both if num_heads does not
  /// divide num_hiddens, and unless 0 ≤ dropout ≤ 1.
  D2LMultiHeadAttention(const Slot& slot, int64_t query_size, int64_t key_size, int64_t value_size,
                        int64_t num_hiddens, int64_t num_heads, double dropout,
                        Bias bias = Bias::none);

  /// queries [B, L_1, query_size], keys [B, L_2, key_size], values [B, L_2, value_size] and
  /// valid_lens i64 [B] or [B, L_1] (undefined: all) → [B, L_1, num_hiddens]
  Tensor forward(const Tensor& queries, const Tensor& keys, const Tensor& values,
                 const Tensor& valid_lens = {});
  Tensor forward(const Tensor& queries, const Tensor& keys, const Tensor& values, const Mask& mask);
  /// What a block calls: forward with the call's mask.
  Tensor attend(const Tensor& query, const Tensor& key, const Tensor& value,
                const AttentionCall& call) {
    return (*this)(query, key, value, call.mask);
  }
  /// The attention weights of the same inputs before dropout, [B, H, L_1, L_2].
  Tensor weights(const Tensor& queries, const Tensor& keys, const Tensor& values,
                 const Tensor& valid_lens = {});
  Tensor weights(const Tensor& queries, const Tensor& keys, const Tensor& values, const Mask& mask);
  /// The same attention with copies of the parameters.
  std::unique_ptr<MultiHeadAttention> as_multi_head() const;

 private:
  ProjectedHeads projected(const Tensor& queries, const Tensor& keys, const Tensor& values);
};

}  // namespace heed
