// TransformerBlock: attention, cross-attention if it has one, and a feed-forward network, each with
// a residual and a norm.
#pragma once

#include <vector>

#include "heed/modules/attention/any_attention.h"
#include "heed/modules/feed_forward.h"
#include "heed/modules/norm.h"
#include "heed/modules/transformer/residual.h"

namespace heed {

/// All about a block but its attentions.
struct TransformerBlockConfig {
  int64_t d_model;                                    ///< width of the sequence
  int64_t d_ff;                                       ///< inner width of the feed-forward network
  NormPlacement norm_placement = NormPlacement::pre;  ///< before each sublayer or after each sum
  NormFactory norm = make_layer_norm;                 ///< makes its two or three norms
  Activation activation = Activation::gelu;           ///< of the feed-forward network
  double dropout = 0;         ///< of what is added to the sequence, in training
  double norm_eps = 1e-5;     ///< of the norms
  Bias bias = Bias::learned;  ///< of the feed-forward network and of layer norms
};

/// The norm of a config, [..., d_model] → the same shape.
AnyTensorModule make_norm(const Slot& slot, const TransformerBlockConfig& config);

/// What one call of a block gets besides its sequence.
struct BlockCall {
  /// [B, L_2, D_2], which cross-attention attends to. Of a block without cross-attention the
  /// attention attends to it, and not to the sequence itself.
  Tensor memory = {};
  Mask mask = {};                  ///< of the sequence's attention to itself
  Mask memory_mask = {};           ///< of the attention to the memory
  KeyValueCache* cache = nullptr;  ///< of the sequence's attention to itself
};

/// A block holding any attention. With a causal mask it is a decoder-only one, with cross-attention
/// that of an encoder-decoder. Vaswani et al. 2017, §3.1 (post); Xiong et al. 2020 (pre).
struct TransformerBlock : Layer<TransformerBlock> {
  const int64_t d_model;               ///< width of the sequence
  const NormPlacement norm_placement;  ///< before each sublayer or after each sum
  /// The second is empty without cross-attention.
  AnyTensorModule attention_norm, cross_attention_norm, feed_forward_norm;
  /// The second is empty without cross-attention.
  AnyAttention attention, cross_attention;
  FeedForward feed_forward;  ///< on every position alone
  Dropout dropout;           ///< of what is added to the sequence

  /// Without the second factory there is no cross-attention. Throws ValueError on sizes below 1 and
  /// if a factory makes nothing.
  TransformerBlock(const Slot& slot, const TransformerBlockConfig& config,
                   const AttentionFactory& make_attention,
                   const AttentionFactory& make_cross_attention = {});

  /// x [B, L_1, d_model] → [B, L_1, d_model]. Throws ValueError if the call lacks a memory or holds
  /// what the block would ignore.
  Tensor forward(const Tensor& x, const BlockCall& call = {});
  /// In the order in which they are called.
  std::vector<PlacedAttention> attentions();

 private:
  void check_parts(const BlockCall& call) const;
};

}  // namespace heed
