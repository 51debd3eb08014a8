// TransformerStack: blocks one after another. An encoder, a decoder-only stack (under a causal
// mask), or the decoder of an encoder-decoder.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "heed/framework/nn/module_list.h"
#include "heed/modules/transformer/block.h"

namespace heed {

/// A block of any class: it has the `forward` and `attentions` of TransformerBlock.
class AnyBlock {
 public:
  template <class Block>
  explicit AnyBlock(std::unique_ptr<Block> block)
      : module_(block.get()),
        attentions_([one = block.get()] { return one->attentions(); }),
        forward_(std::move(block)) {}

  Tensor operator()(const Tensor& x, const BlockCall& call = {}) const { return forward_(x, call); }
  std::vector<PlacedAttention> attentions() const { return attentions_(); }
  Module& module() const { return *module_; }

 private:
  Module* module_;
  std::function<std::vector<PlacedAttention>()> attentions_;
  AnyModule<Tensor(const Tensor&, const BlockCall&)> forward_;
};

/// Makes a block in the slot it is given; with the second attention it has cross-attention.
using BlockFactory = std::function<AnyBlock(const Slot& slot, const TransformerBlockConfig& config,
                                            const AttentionFactory& make_attention,
                                            const AttentionFactory& make_cross_attention)>;

/// A `Block` made as a TransformerBlock is.
template <class Block>
AnyBlock make_block(const Slot& slot, const TransformerBlockConfig& config,
                    const AttentionFactory& make_attention,
                    const AttentionFactory& make_cross_attention) {
  return make_any<AnyBlock, Block>(slot, config, make_attention, make_cross_attention);
}

/// One cache for the self-attention of each block.
using KeyValueCaches = std::vector<KeyValueCache>;

struct TransformerConfig {
  TransformerBlockConfig block;
  int64_t layers;
  /// A norm after the last block; left out, there is one if the blocks have theirs in front.
  std::optional<bool> final_norm = {};
  BlockFactory make_block = heed::make_block<TransformerBlock>;
};

/// What one call of a stack gets besides its sequence: a BlockCall for all blocks.
struct StackCall {
  Tensor memory = {};
  Mask mask = {};
  Mask memory_mask = {};
  KeyValueCaches* caches = nullptr;  ///< one for each block, or empty
};

/// x [B, L, d_model] → the same shape, block by block.
struct TransformerStack : Layer<TransformerStack> {
  ModuleList<AnyBlock> blocks;
  AnyTensorModule norm;  // or none

  /// Throws ValueError unless `layers` is at least 1.
  TransformerStack(const Slot& slot, const TransformerConfig& config,
                   const AttentionFactory& make_attention,
                   const AttentionFactory& make_cross_attention = {});
  /// A call that throws leaves the caches as they were.
  Tensor forward(const Tensor& x, const StackCall& call = {});
  /// Those of all blocks.
  std::vector<PlacedAttention> attentions() const;
};

}  // namespace heed
