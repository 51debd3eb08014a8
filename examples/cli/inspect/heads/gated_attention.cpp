#include "heed/examples/cli/inspect/heads/gated_attention.h"

#include <utility>

namespace heed {

GatedAttention::GatedAttention(std::unique_ptr<MultiHeadAttention> attention)
    : attention_(std::move(attention)) {
  attention_->eval();
}

std::unique_ptr<MultiHeadAttention> GatedAttention::as_multi_head() const {
  return attention_->as_multi_head();
}

Tensor GatedAttention::attend(const Tensor& query, const Tensor& key, const Tensor& value,
                              const AttentionCall& call) {
  AttentionCall gated = call;
  gated.head_gates = gates;
  if (is_watched) gated.weights = &weights;
  const Tensor y = (*attention_)(query, key, value, gated);
  if (is_watched) {
    blocked = attention_->effective_mask(gated).resolve(weights.shape(), weights.dtype()).blocked;
  }
  return y;
}

}  // namespace heed
