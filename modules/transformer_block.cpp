#include "heed/modules/transformer_block.h"

#include "heed/framework/ops/elementwise.h"

namespace heed {

TransformerBlock::TransformerBlock(const Slot& slot, const TransformerBlockConfig& config,
                                   const AttentionFactory& make_attention)
    : Layer(slot),
      norm(config.norm),
      attention_norm({this, "attention_norm"}, config.d_model),
      feed_forward_norm({this, "feed_forward_norm"}, config.d_model),
      attention(make_attention({this, "attention"})),
      feed_forward({this, "feed_forward"}, config.d_model, config.d_ff, config.activation,
                   config.dropout),
      dropout({this, "dropout"}, config.dropout) {
  if (attention == nullptr) throw ValueError("TransformerBlock: the factory made no attention");
}

Tensor TransformerBlock::forward(const Tensor& x) {
  if (norm == NormPlacement::post) return forward(x, x);
  const Tensor n = attention_norm(x);
  return add_feed_forward(x + dropout(attention->attend({n, n, n})));
}

Tensor TransformerBlock::forward(const Tensor& x, const Tensor& memory) {
  if (norm == NormPlacement::pre) {
    return add_feed_forward(x + dropout(attention->attend({attention_norm(x), memory, memory})));
  }
  return add_feed_forward(attention_norm(x + dropout(attention->attend({x, memory, memory}))));
}

Tensor TransformerBlock::add_feed_forward(const Tensor& x) {
  if (norm == NormPlacement::pre) return x + dropout(feed_forward(feed_forward_norm(x)));
  return feed_forward_norm(x + dropout(feed_forward(x)));
}

}  // namespace heed
