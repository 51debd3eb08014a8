// MyMHA: multi-head attention as a course assignment states it, to be read.
#pragma once

#include "heed/modules/attention/multi_head_attention.h"

namespace heed {

/// Each position of an attending sequence x1 attends to all positions of an attended sequence x2:
///
///   MyMHA(x1, x2) = concat_h( softmax(Q_h K_hᵀ / √D_qk) V_h ) W_Oᵀ
///   Q_h = x1 W_Q,hᵀ   K_h = x2 W_K,hᵀ   V_h = x2 W_V,hᵀ
///
/// Letters: B batch, L_1 attending length, L_2 attended length, D_1 and D_2 their widths, H heads,
/// D_qk and D_v widths of one head. Head h owns rows h·D … (h+1)·D − 1 of each projection. Four
/// bias-free Linears with H(D_1·D_qk + D_2·D_qk + D_2·D_v + D_v·D_1) parameters. No mask, no loop.
/// An empty attended sequence (L_2 = 0) gives zeros.
struct MyMHA : Layer<MyMHA> {
  /// Widths of x1, x2, a head's queries and keys, a head's values; number of heads.
  const int64_t D_1, D_2, D_qk, D_v, H;
  /// [H·D_qk, D_1], [H·D_qk, D_2], [H·D_v, D_2], [D_1, H·D_v]
  Linear W_Q, W_K, W_V, W_O;
  /// It takes neither masks nor caches.
  static constexpr AttentionAbilities abilities{};

  /// Throws ValueError unless all sizes are at least 1.
  MyMHA(const Slot& slot, int64_t D_1, int64_t D_2, int64_t D_qk, int64_t D_v, int64_t H);

  /// x1 [B, L_1, D_1], x2 [B, L_2, D_2] → [B, L_1, D_1]
  Tensor forward(const Tensor& x1, const Tensor& x2);
  /// What a block calls: forward.
  Tensor attend(const Tensor& query, const Tensor& key, const Tensor&, const AttentionCall&) {
    return (*this)(query, key);
  }
  /// The attention weights of the same inputs, [B, H, L_1, L_2]; rows sum to 1.
  Tensor weights(const Tensor& x1, const Tensor& x2);
  /// The same attention with copies of the parameters.
  std::unique_ptr<MultiHeadAttention> as_multi_head() const;
};

}  // namespace heed
