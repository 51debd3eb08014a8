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
  /// Takes a block: a module with `attentions` and `forward(x, call)`.
  template <class Block>
  explicit AnyBlock(std::unique_ptr<Block> block)
      : module_(block.get()),
        attentions_([one = block.get()] { return one->attentions(); }),
        forward_(std::move(block)) {}

  /// [B, L, d_model] → the same shape.
  Tensor operator()(const Tensor& x, const BlockCall& call = {}) const { return forward_(x, call); }
  /// Its attentions, those of x on itself first.
  std::vector<PlacedAttention> attentions() const { return attentions_(); }
  /// The block as a module.
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

/// All about a stack but its attentions.
struct TransformerConfig {
  TransformerBlockConfig block;  ///< of every block
  int64_t layers;                ///< number of blocks
  /// A norm after the last block; left out, there is one if the blocks have theirs in front.
  std::optional<bool> final_norm = {};
  /// Makes each block; another class is `make_block<Mine>`.
  BlockFactory make_block = heed::make_block<TransformerBlock>;
};

/// What one call of a stack gets besides its sequence: a BlockCall for all blocks.
struct StackCall {
  Tensor memory = {};                ///< [B, L_2, d_memory], for cross-attention; else undefined
  Mask mask = {};                    ///< over the sequence itself
  Mask memory_mask = {};             ///< over the memory
  KeyValueCaches* caches = nullptr;  ///< one for each block, or empty
};

/// x [B, L, d_model] → the same shape, block by block.
struct TransformerStack : Layer<TransformerStack> {
  ModuleList<AnyBlock> blocks;  ///< in the order of the calls
  AnyTensorModule norm;         ///< or none

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
