#include "heed/modules/transformer/stack.h"

#include <utility>

#include "heed/framework/nn/sizes.h"

namespace heed {
namespace {

/// Copies of the caller's caches for a call that may fail half-way. Throws ValueError if there are
/// caches, but not one for each block.
KeyValueCaches growing_caches(const KeyValueCaches& caches, size_t blocks) {
  KeyValueCaches growing = caches;
  if (growing.empty()) growing.resize(blocks);
  if (growing.size() == blocks) return growing;
  throw ValueError("TransformerStack: needs one cache for each of ", blocks, " blocks, got ",
                   growing.size());
}

}  // namespace

TransformerStack::TransformerStack(const Slot& slot, const TransformerConfig& config,
                                   const AttentionFactory& make_attention,
                                   const AttentionFactory& make_cross_attention)
    : Layer(slot), blocks({this, "blocks"}) {
  positive("TransformerStack", "layers", config.layers);
  for (int64_t i = 0; i < config.layers; ++i) {
    blocks.add_made([&](const Slot& place) {
      return config.make_block(place, config.block, make_attention, make_cross_attention);
    });
  }
  if (config.final_norm.value_or(config.block.norm_placement == NormPlacement::pre)) {
    norm = make_norm({this, "norm"}, config.block);
  }
}

Tensor TransformerStack::forward(const Tensor& x, const StackCall& call) {
  KeyValueCaches growing;
  if (call.caches != nullptr) growing = growing_caches(*call.caches, blocks.size());
  BlockCall each{.memory = call.memory, .mask = call.mask, .memory_mask = call.memory_mask};
  Tensor y = x;
  for (size_t i = 0; i < blocks.size(); ++i) {
    each.cache = call.caches == nullptr ? nullptr : &growing[i];
    y = blocks[i](y, each);
  }
  if (norm) y = norm(y);
  if (call.caches != nullptr) *call.caches = std::move(growing);
  return y;
}

std::vector<PlacedAttention> TransformerStack::attentions() const {
  std::vector<PlacedAttention> all;
  for (size_t i = 0; i < blocks.size(); ++i) {
    for (const PlacedAttention& one : blocks[i].attentions()) all.push_back(one);
  }
  return all;
}

}  // namespace heed
