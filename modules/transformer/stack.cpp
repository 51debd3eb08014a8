#include "heed/modules/transformer/stack.h"

#include <utility>

#include "heed/framework/nn/sizes.h"

namespace heed {
namespace {

std::unique_ptr<TensorLayer> final_norm(const Slot& slot, const TransformerConfig& config) {
  const bool wanted = config.final_norm.value_or(config.block.norm == NormPlacement::pre);
  return wanted ? make_norm(slot, config.block) : nullptr;
}

/// The caches of a stack while it computes. They take the caller's place at the end only: a call
/// that fails half-way leaves those as they were.
class GrowingCaches {
 public:
  /// Throws ValueError if there are caches, but not one for each block.
  GrowingCaches(const char* owner, KeyValueCaches* caches, size_t blocks) : caches_(caches) {
    if (caches == nullptr) return;
    grown_ = *caches;
    if (grown_.empty()) grown_.resize(blocks);
    if (grown_.size() != blocks) {
      throw ValueError(owner, ": needs one cache for each of ", blocks, " blocks, got ",
                       grown_.size());
    }
  }
  /// That of block `i`; nullptr if there are none.
  KeyValueCache* of(size_t i) { return caches_ == nullptr ? nullptr : &grown_[i]; }
  void keep() {
    if (caches_ != nullptr) *caches_ = std::move(grown_);
  }

 private:
  KeyValueCaches* caches_;
  KeyValueCaches grown_;
};

}  // namespace

TransformerEncoder::TransformerEncoder(const Slot& slot, const TransformerConfig& config,
                                       const AttentionFactory& make_attention)
    : Layer(slot), blocks({this, "blocks"}) {
  positive("TransformerEncoder", "layers", config.layers);
  for (int64_t i = 0; i < config.layers; ++i) blocks.add(config.block, make_attention);
  norm = final_norm({this, "norm"}, config);
}

Tensor TransformerEncoder::forward(const Tensor& x, const Mask& mask, KeyValueCaches* caches) {
  GrowingCaches growing("TransformerEncoder", caches, blocks.size());
  Tensor y = x;
  for (size_t i = 0; i < blocks.size(); ++i) y = blocks[i](y, mask, growing.of(i));
  if (norm) y = (*norm)(y);
  growing.keep();
  return y;
}

Tensor TransformerEncoder::forward(const Tensor& x, const Tensor& memory, const Mask& mask) {
  Tensor y = x;
  for (size_t i = 0; i < blocks.size(); ++i) y = blocks[i](y, memory, mask);
  return norm ? (*norm)(y) : y;
}

TransformerDecoder::TransformerDecoder(const Slot& slot, const TransformerConfig& config,
                                       const AttentionFactory& make_attention,
                                       const AttentionFactory& make_cross_attention)
    : Layer(slot), blocks({this, "blocks"}) {
  positive("TransformerDecoder", "layers", config.layers);
  for (int64_t i = 0; i < config.layers; ++i) {
    blocks.add(config.block, make_attention, make_cross_attention);
  }
  norm = final_norm({this, "norm"}, config);
}

Tensor TransformerDecoder::forward(const Tensor& x, const Tensor& memory, const Mask& mask,
                                   const Mask& memory_mask, KeyValueCaches* caches) {
  GrowingCaches growing("TransformerDecoder", caches, blocks.size());
  Tensor y = x;
  for (size_t i = 0; i < blocks.size(); ++i) {
    y = blocks[i](y, DecoderInputs{memory, mask, memory_mask, growing.of(i)});
  }
  if (norm) y = (*norm)(y);
  growing.keep();
  return y;
}

}  // namespace heed
