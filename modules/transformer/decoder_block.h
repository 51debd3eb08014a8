// DecoderBlock: attention to what was said so far, attention to a memory, a feed-forward network.
#pragma once

#include "heed/modules/transformer/block.h"

namespace heed {

/// What one call of a decoder block gets beside its sequence.
struct DecoderInputs {
  const Tensor& memory;               ///< [B, L_2, D_2]
  const Mask& mask = no_mask;         ///< of the attention to itself: a causal one
  const Mask& memory_mask = no_mask;  ///< of the attention to the memory: its padding
  KeyValueCache* cache = nullptr;     ///< of the attention to itself
};

/// Vaswani et al. 2017, §3.1: residual, attention and norm three times over.
struct DecoderBlock : Layer<DecoderBlock> {
  const NormPlacement norm;
  std::unique_ptr<TensorLayer> attention_norm, cross_attention_norm, feed_forward_norm;
  std::unique_ptr<AttentionLayer> attention, cross_attention;
  FeedForward feed_forward;
  Dropout dropout;

  /// Throws ValueError on sizes below 1 and if a factory makes nothing.
  DecoderBlock(const Slot& slot, const TransformerBlockConfig& config,
               const AttentionFactory& make_attention,
               const AttentionFactory& make_cross_attention);

  /// x [B, L_1, d_model] → [B, L_1, d_model]
  Tensor forward(const Tensor& x, const DecoderInputs& inputs);
};

}  // namespace heed
