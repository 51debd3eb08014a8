#include "heed/examples/cli/inspect/heads/gated_attention.h"

#include <utility>

namespace heed {

GatedAttention::GatedAttention(std::unique_ptr<MultiHeadAttention> attention)
    : AttentionLayer({.masks = true, .caches = true}), attention_(std::move(attention)) {
  attention_->eval();
}

std::unique_ptr<MultiHeadAttention> GatedAttention::as_multi_head() const {
  return attention_->as_multi_head();
}

Tensor GatedAttention::compute(const AttentionInputs& in) {
  const AttentionCall call{.mask = in.mask,
                           .cache = in.cache,
                           .first_query = in.first_query,
                           .head_gates = gates,
                           .weights = is_watched ? &weights : nullptr};
  const Tensor y = (*attention_)(in.query, in.key, in.value, call);
  if (is_watched) {
    blocked = attention_->rule(call).resolve(weights.shape(), weights.dtype()).blocked;
  }
  return y;
}

}  // namespace heed
