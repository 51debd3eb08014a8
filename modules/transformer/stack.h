// Stacks of blocks: encoders (or, under a causal mask, decoder-only stacks) and decoders.
#pragma once

#include <optional>
#include <vector>

#include "heed/framework/nn/module_list.h"
#include "heed/modules/transformer/decoder_block.h"

namespace heed {

/// One cache for the self-attention of each block.
using KeyValueCaches = std::vector<KeyValueCache>;

struct TransformerConfig {
  TransformerBlockConfig block;
  int64_t layers;
  /// A norm after the last block; left out, there is one if the blocks have theirs in front.
  std::optional<bool> final_norm = {};
};

/// x [B, L, d_model] → the same shape, block by block.
struct TransformerEncoder : Layer<TransformerEncoder> {
  ModuleList<TransformerBlock> blocks;
  std::unique_ptr<TensorLayer> norm;  // or none

  /// Throws ValueError unless `layers` is at least 1.
  TransformerEncoder(const Slot& slot, const TransformerConfig& config,
                     const AttentionFactory& make_attention);
  /// Each position attends to its own sequence. `caches`: one for each block, or empty.
  Tensor forward(const Tensor& x, const Mask& mask = no_mask, KeyValueCaches* caches = nullptr);
  /// Each position attends to memory [B, L_2, D_2] alone.
  Tensor forward(const Tensor& x, const Tensor& memory, const Mask& mask = no_mask);
};

/// x [B, L_1, d_model] and memory [B, L_2, D_2] → [B, L_1, d_model], block by block.
struct TransformerDecoder : Layer<TransformerDecoder> {
  ModuleList<DecoderBlock> blocks;
  std::unique_ptr<TensorLayer> norm;  // or none

  /// Throws ValueError unless `layers` is at least 1.
  TransformerDecoder(const Slot& slot, const TransformerConfig& config,
                     const AttentionFactory& make_attention,
                     const AttentionFactory& make_cross_attention);
  Tensor forward(const Tensor& x, const Tensor& memory, const Mask& mask = no_mask,
                 const Mask& memory_mask = no_mask, KeyValueCaches* caches = nullptr);
};

}  // namespace heed
