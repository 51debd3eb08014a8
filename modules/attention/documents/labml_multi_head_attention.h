// LabmlMultiHeadAttention: the sequence-first one of labml.ai's annotated implementations.
#pragma once

#include "heed/modules/attention/documents/prepare_for_multi_head_attention.h"
#include "heed/modules/attention/heads.h"
#include "heed/modules/attention/multi_head_attention.h"

namespace heed {

/// output( concat_h( dropout(softmax(Q_h K_hᵀ / √d_k)) V_h ) ) for sequences [L, B, d_model].
///
/// In the text it differs thus: it breaks off after `query`; key, value and output are taken from
/// the origin that it copies, where value and output have a bias even without `bias`. Its
/// "softmax over seq" leaves open which: over the keys. Its `dropout_prop` is dropout_prob in the
/// origin and here. Its d_k = d_model // heads rounds, and heads·d_k features no longer fit the
/// output; here it is refused. A query whose keys are all masked gives NaN in the origin; here
/// zeros before `output`.
struct LabmlMultiHeadAttention : Layer<LabmlMultiHeadAttention> {
  /// Number of heads, width, and width of a head.
  const int64_t heads, d_model, d_k;
  const double dropout_prob;  ///< of the weights, in training
  /// [L, B, d_model] → [L, B, heads, d_k]
  PrepareForMultiHeadAttention query, key, value;
  Linear output;  ///< [d_model, d_model], of the heads side by side
  /// It takes masks, and values apart from keys.
  static constexpr AttentionAbilities abilities{.masks = true, .separate_values = true};

  /// `bias` governs query and key. Throws ValueError naming both if heads does not divide d_model,
  /// and unless 0 ≤ dropout_prob ≤ 1.
  LabmlMultiHeadAttention(const Slot& slot, int64_t heads, int64_t d_model,
                          double dropout_prob = 0.1, Bias bias = Bias::learned);

  /// query [L_1, B, d_model], key and value [L_2, B, d_model] → [L_1, B, d_model]. `mask`
  /// [L_1, L_2, B or 1], numbers or bool: 0 blocks. Undefined: nothing is blocked.
  Tensor forward(const Tensor& query, const Tensor& key, const Tensor& value,
                 const Tensor& mask = {});
  Tensor forward(const Tensor& query, const Tensor& key, const Tensor& value, const Mask& mask);
  /// Batch-first: [B, L_1, d_model] and [B, L_2, d_model] → [B, L_1, d_model]
  Tensor attend(const Tensor& query, const Tensor& key, const Tensor& value,
                const AttentionCall& call);
  /// The attention weights of the same inputs before dropout, [B, H, L_1, L_2].
  Tensor weights(const Tensor& query, const Tensor& key, const Tensor& value,
                 const Tensor& mask = {});
  Tensor weights(const Tensor& query, const Tensor& key, const Tensor& value, const Mask& mask);
  /// The same attention, batch-first, with copies of the parameters.
  std::unique_ptr<MultiHeadAttention> as_multi_head() const;

 private:
  ProjectedHeads projected(const Tensor& query, const Tensor& key, const Tensor& value);
};

}  // namespace heed
