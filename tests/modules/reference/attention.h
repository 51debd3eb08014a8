// Naive reference for multi-head attention, written as loops over batch, heads, queries and keys.
#pragma once

#include <functional>
#include <optional>

#include "heed/tests/support/case/nd_array.h"

namespace heed::reference {

struct AttentionResult {
  NdArray output;   ///< [B, L_1, D_out]
  NdArray weights;  ///< [B, H, L_1, L_2], before dropout
};

/// x → x Wᵀ + b, with W [out, in] and b [out] or none.
struct Projection {
  NdArray weight;
  std::optional<NdArray> bias = {};
};

/// What an attention is made of. Head h owns rows h·d … (h+1)·d − 1 of query, key and value, and
/// the same columns of output.
struct MultiHead {
  Projection query, key, value, output;
  int64_t heads = 1;
  /// Whether query i of batch row b may not attend to key j; none: it may.
  std::function<bool(int64_t b, int64_t i, int64_t j)> blocked = {};
  /// What dropout makes of the weights; none: nothing.
  std::function<NdArray(const NdArray& weights)> dropped = {};
};

/// output( concat_h( softmax(Q_h K_hᵀ / √D_qk) V_h ) ) for query [B, L_1, D_1], key [B, L_2, D_2],
/// value [B, L_2, D_value]. A query with nothing to attend to has weights of 0.
AttentionResult multi_head_attention(const MultiHead& parts, const NdArray& query,
                                     const NdArray& key, const NdArray& value);

}  // namespace heed::reference
