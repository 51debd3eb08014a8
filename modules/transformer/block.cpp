#include "heed/modules/transformer/block.h"

#include "heed/framework/nn/shape_contract.h"

namespace heed {
namespace {

AnyAttention made(const AttentionFactory& make, const Slot& slot) {
  AnyAttention attention = make(slot);
  if (!attention) throw ValueError("TransformerBlock: the factory made no attention");
  return attention;
}

}  // namespace

AnyTensorModule make_norm(const Slot& slot, const TransformerBlockConfig& config) {
  return config.norm(slot, {config.d_model, config.norm_eps, config.bias});
}

TransformerBlock::TransformerBlock(const Slot& slot, const TransformerBlockConfig& config,
                                   const AttentionFactory& make_attention,
                                   const AttentionFactory& make_cross_attention)
    : Layer(slot),
      d_model(config.d_model),
      norm_placement(config.norm_placement),
      attention_norm(make_norm({this, "attention_norm"}, config)),
      cross_attention_norm(make_cross_attention ? make_norm({this, "cross_attention_norm"}, config)
                                                : AnyTensorModule()),
      feed_forward_norm(make_norm({this, "feed_forward_norm"}, config)),
      attention(made(make_attention, {this, "attention"})),
      cross_attention(make_cross_attention ? made(make_cross_attention, {this, "cross_attention"})
                                           : AnyAttention()),
      feed_forward({this, "feed_forward"}, config.d_model, config.d_ff, config.activation,
                   config.dropout, config.bias),
      dropout({this, "dropout"}, config.dropout) {}

void TransformerBlock::check_parts(const BlockCall& call) const {
  if (!call.memory.defined()) {
    if (cross_attention) throw ValueError("TransformerBlock: its cross-attention needs a memory");
    if (!call.memory_mask.empty()) {
      throw ValueError("TransformerBlock: a memory_mask needs a memory");
    }
  } else if (!cross_attention && (call.cache != nullptr || !call.mask.empty())) {
    throw ValueError(
        "TransformerBlock: without cross-attention it attends to a memory instead of its own "
        "sequence, which needs no mask and no cache; pass a memory_mask");
  }
}

Tensor TransformerBlock::forward(const Tensor& x, const BlockCall& call) {
  Dims d{"TransformerBlock", {{"D_1", d_model}}};
  d.check(x, "B L_1 D_1");
  const bool has_memory = call.memory.defined();
  if (has_memory) d.check(call.memory, "B L_2 D_2");
  check_parts(call);
  // A memory's first query stands where the cache ended before this call.
  const AttentionCall to_itself{.mask = call.mask, .cache = call.cache};
  const AttentionCall to_memory{.mask = call.memory_mask,
                                .first_query = call.cache == nullptr ? 0 : call.cache->length()};

  Tensor y = x;
  if (cross_attention || !has_memory) {
    y = Residual{attention_norm, dropout, norm_placement}(
        y, [&](const Tensor& n) { return attention(n, n, n, to_itself); });
  }
  if (has_memory) {
    const AnyAttention& crossing = cross_attention ? cross_attention : attention;
    const AnyTensorModule& norm = cross_attention ? cross_attention_norm : attention_norm;
    y = Residual{norm, dropout, norm_placement}(
        y, [&](const Tensor& n) { return crossing(n, call.memory, call.memory, to_memory); });
  }
  return Residual{feed_forward_norm, dropout, norm_placement}(y, [&](const Tensor& n) {
    const Tensor fed = feed_forward(n);
    return d.check(fed, "B L_1 D_1");
  });
}

std::vector<PlacedAttention> TransformerBlock::attentions() {
  std::vector<PlacedAttention> all{{path() + ".attention", &attention}};
  if (cross_attention) all.push_back({path() + ".cross_attention", &cross_attention});
  return all;
}

}  // namespace heed
