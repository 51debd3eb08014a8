// Naive reference for multi-head attention, written as the sum over heads of the definition.
#pragma once

#include "heed/tests/support/nd_array.h"

namespace heed::reference {

struct AttentionResult {
  NdArray output;   ///< [B, L_1, D_1]
  NdArray weights;  ///< [B, H, L_1, L_2]
};

/// output[b] = Σ_h softmax(Q_h K_hᵀ / √D_qk) V_h W_O[h] for x1 [B, L_1, D_1], x2 [B, L_2, D_2].
/// Weights are [out, in]: W_Q [H·D_qk, D_1], W_K [H·D_qk, D_2], W_V [H·D_v, D_2],
/// W_O [D_1, H·D_v]. Head h owns rows h·d … (h+1)·d − 1 of W_Q, W_K, W_V and the columns
/// h·D_v … (h+1)·D_v − 1 of W_O.
AttentionResult multi_head_attention_my_mha(const NdArray& x1, const NdArray& x2,
                                            const NdArray& W_Q, const NdArray& W_K,
                                            const NdArray& W_V, const NdArray& W_O, int64_t H);

}  // namespace heed::reference
