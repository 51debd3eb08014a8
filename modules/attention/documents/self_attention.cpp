#include "heed/modules/attention/documents/self_attention.h"

#include "heed/framework/nn/shape_contract.h"
#include "heed/framework/nn/sizes.h"
#include "heed/framework/ops/view.h"
#include "heed/modules/attention/documents/mask_by_value.h"
#include "heed/modules/attention/multi_head_state.h"

namespace heed {

SelfAttention::SelfAttention(const Slot& slot, int64_t input_width, int64_t hidden_width,
                             int64_t heads, double blocked)
    : Layer(slot),
      input_size(positive("SelfAttention", "input_size", input_width)),
      hidden_size(hidden_width),
      num_head(heads),
      dim_per_head(quotient("SelfAttention", "hidden_size", hidden_width, "num_head", heads)),
      mask_value(blocked),
      qkv({this, "qkv"}, input_size, 3 * hidden_size),
      out_proj({this, "out_proj"}, hidden_size, input_size) {
  out_proj.ends_residual_branch = true;
}

ProjectedHeads SelfAttention::projected(const Tensor& x) {
  Dims d{"SelfAttention",
         {{"input_size", input_size},
          {"hidden_size", hidden_size},
          {"num_head", num_head},
          {"dim_per_head", dim_per_head}}};
  d.check(x, "B L input_size");
  const Tensor all = qkv(x);
  d.check(all, "B L 3*hidden_size");
  const std::vector<Tensor> parts = split(all, hidden_size, -1);
  const Tensor queries = split_heads(parts[0], num_head);
  d.check(queries, "B num_head L dim_per_head");
  return {queries, split_heads(parts[1], num_head), split_heads(parts[2], num_head)};
}

Mask SelfAttention::mask_of(const Tensor& mask) const {
  return mask_by_value(mask, mask_value, MaskLayout::batch_keys_queries);
}

Tensor SelfAttention::forward(const Tensor& x, const Tensor& mask) {
  return forward(x, mask_of(mask));
}

Tensor SelfAttention::forward(const Tensor& x, const Mask& mask) {
  const auto [queries, keys, values] = projected(x);
  const Tensor attended = scaled_dot_product_attention(queries, keys, values, {.mask = mask});
  return out_proj(merge_heads(attended));
}

Tensor SelfAttention::weights(const Tensor& x, const Tensor& mask) {
  return weights(x, mask_of(mask));
}

Tensor SelfAttention::weights(const Tensor& x, const Mask& mask) {
  const auto [queries, keys, values] = projected(x);
  return attention_with_weights(queries, keys, values, {.mask = mask}).weights;
}

std::unique_ptr<MultiHeadAttention> SelfAttention::as_multi_head() const {
  return multi_head_of(
      {.D_1 = input_size, .H = num_head, .D_qk = dim_per_head, .D_v = dim_per_head},
      multi_head_state(qkv, out_proj));
}

}  // namespace heed
