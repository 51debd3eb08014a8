#include "heed/modules/transformer/block.h"

#include "heed/framework/nn/shape_contract.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/modules/layer_norm.h"
#include "heed/modules/rms_norm.h"

namespace heed {

std::unique_ptr<TensorLayer> make_norm(const Slot& slot, const TransformerBlockConfig& config) {
  if (config.norm_kind == NormKind::rms_norm) {
    return make_tensor_layer<RMSNorm>(slot, config.d_model, config.norm_eps);
  }
  return make_tensor_layer<LayerNorm>(slot, config.d_model, config.norm_eps, config.bias);
}

TransformerBlock::TransformerBlock(const Slot& slot, const TransformerBlockConfig& config,
                                   const AttentionFactory& make_attention)
    : Layer(slot),
      norm(config.norm),
      attention_norm(make_norm({this, "attention_norm"}, config)),
      feed_forward_norm(make_norm({this, "feed_forward_norm"}, config)),
      attention(make_attention({this, "attention"})),
      feed_forward({this, "feed_forward"}, config.d_model, config.d_ff, config.activation,
                   config.dropout, config.bias),
      dropout({this, "dropout"}, config.dropout) {
  if (attention == nullptr) throw ValueError("TransformerBlock: the factory made no attention");
}

Tensor TransformerBlock::forward(const Tensor& x, const Mask& mask, KeyValueCache* cache) {
  if (norm == NormPlacement::pre) {
    const Tensor n = (*attention_norm)(x);
    return add_feed_forward(x + dropout(attention->attend({n, n, n, mask, cache})));
  }
  const Tensor attended = x + dropout(attention->attend({x, x, x, mask, cache}));
  return add_feed_forward((*attention_norm)(attended));
}

Tensor TransformerBlock::forward(const Tensor& x, const Tensor& memory, const Mask& mask) {
  if (norm == NormPlacement::pre) {
    const Tensor n = (*attention_norm)(x);
    return add_feed_forward(x + dropout(attention->attend({n, memory, memory, mask})));
  }
  const Tensor attended = x + dropout(attention->attend({x, memory, memory, mask}));
  return add_feed_forward((*attention_norm)(attended));
}

Tensor TransformerBlock::add_feed_forward(const Tensor& x) {
  Dims d{"TransformerBlock", {}};
  const bool is_pre = norm == NormPlacement::pre;
  const Tensor fed = feed_forward(is_pre ? (*feed_forward_norm)(x) : x);
  d.check(fed, "B L_1 D_1");
  const Tensor y = x + dropout(fed);
  return is_pre ? y : (*feed_forward_norm)(y);
}

}  // namespace heed
