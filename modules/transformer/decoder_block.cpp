#include "heed/modules/transformer/decoder_block.h"

#include "heed/framework/nn/shape_contract.h"
#include "heed/framework/ops/elementwise.h"

namespace heed {

DecoderBlock::DecoderBlock(const Slot& slot, const TransformerBlockConfig& config,
                           const AttentionFactory& make_attention,
                           const AttentionFactory& make_cross_attention)
    : Layer(slot),
      norm(config.norm),
      attention_norm(make_norm({this, "attention_norm"}, config)),
      cross_attention_norm(make_norm({this, "cross_attention_norm"}, config)),
      feed_forward_norm(make_norm({this, "feed_forward_norm"}, config)),
      attention(make_attention({this, "attention"})),
      cross_attention(make_cross_attention({this, "cross_attention"})),
      feed_forward({this, "feed_forward"}, config.d_model, config.d_ff, config.activation,
                   config.dropout, config.bias),
      dropout({this, "dropout"}, config.dropout) {
  if (attention == nullptr || cross_attention == nullptr) {
    throw ValueError("DecoderBlock: the factory made no attention");
  }
}

Tensor DecoderBlock::forward(const Tensor& x, const DecoderInputs& in) {
  Dims d{"DecoderBlock", {}};
  const Tensor& memory = in.memory;
  const int64_t first = in.cache == nullptr ? 0 : in.cache->length();  // before it grows
  if (norm == NormPlacement::pre) {
    const Tensor n = (*attention_norm)(x);
    const Tensor y = x + dropout(attention->attend({n, n, n, in.mask, in.cache}));
    const Tensor m = (*cross_attention_norm)(y);
    const Tensor z =
        y + dropout(cross_attention->attend({m, memory, memory, in.memory_mask, nullptr, first}));
    const Tensor fed = feed_forward((*feed_forward_norm)(z));
    return z + dropout(d.check(fed, "B L_1 D_1"));
  }
  const Tensor attended = dropout(attention->attend({x, x, x, in.mask, in.cache}));
  const Tensor y = (*attention_norm)(x + attended);
  const Tensor crossed =
      dropout(cross_attention->attend({y, memory, memory, in.memory_mask, nullptr, first}));
  const Tensor z = (*cross_attention_norm)(y + crossed);
  const Tensor fed = feed_forward(z);
  return (*feed_forward_norm)(z + dropout(d.check(fed, "B L_1 D_1")));
}

}  // namespace heed
