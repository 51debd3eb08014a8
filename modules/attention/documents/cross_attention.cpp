#include "heed/modules/attention/documents/cross_attention.h"

#include "heed/framework/nn/shape_contract.h"
#include "heed/framework/nn/sizes.h"
#include "heed/framework/ops/matmul.h"
#include "heed/framework/ops/view.h"
#include "heed/modules/attention/documents/mask_by_value.h"
#include "heed/modules/attention/multi_head_state.h"

namespace heed {
namespace {

/// x times some of the rows of a projection, which is not called as a whole.
Tensor project(const Tensor& x, const Linear& all, int64_t first, int64_t rows) {
  return linear(x, narrow(all.weight, 0, first, rows), narrow(*all.bias, 0, first, rows));
}

}  // namespace

CrossAttention::CrossAttention(const Slot& slot, int64_t input_width, int64_t hidden_width,
                               int64_t heads, double blocked)
    : Layer(slot),
      input_size(positive("CrossAttention", "input_size", input_width)),
      hidden_size(hidden_width),
      num_head(heads),
      dim_per_head(quotient("CrossAttention", "hidden_size", hidden_width, "num_head", heads)),
      mask_value(blocked),
      qkv({this, "qkv"}, input_size, 3 * hidden_size),
      out_proj({this, "out_proj"}, hidden_size, input_size) {
  out_proj.ends_residual_branch = true;
}

ProjectedHeads CrossAttention::projected(const Tensor& q_seq, const Tensor& kv_seq) {
  Dims d{"CrossAttention",
         {{"input_size", input_size},
          {"hidden_size", hidden_size},
          {"num_head", num_head},
          {"dim_per_head", dim_per_head}}};
  d.check(q_seq, "B L_1 input_size");
  d.check(kv_seq, "B L_2 input_size");
  const Tensor query = project(q_seq, qkv, 0, hidden_size);
  d.check(query, "B L_1 hidden_size");
  const Tensor both = project(kv_seq, qkv, hidden_size, 2 * hidden_size);
  d.check(both, "B L_2 2*hidden_size");
  const std::vector<Tensor> parts = split(both, hidden_size, -1);
  const Tensor queries = split_heads(query, num_head);
  d.check(queries, "B num_head L_1 dim_per_head");
  return {queries, split_heads(parts[0], num_head), split_heads(parts[1], num_head)};
}

Mask CrossAttention::mask_of(const Tensor& mask) const {
  return mask_by_value(mask, mask_value, MaskLayout::batch_keys_queries);
}

Tensor CrossAttention::forward(const Tensor& q_seq, const Tensor& kv_seq, const Tensor& mask) {
  return forward(q_seq, kv_seq, mask_of(mask));
}

Tensor CrossAttention::forward(const Tensor& q_seq, const Tensor& kv_seq, const Mask& mask) {
  const auto [queries, keys, values] = projected(q_seq, kv_seq);
  const Tensor attended = scaled_dot_product_attention(queries, keys, values, {.mask = mask});
  return out_proj(merge_heads(attended));
}

Tensor CrossAttention::weights(const Tensor& q_seq, const Tensor& kv_seq, const Tensor& mask) {
  return weights(q_seq, kv_seq, mask_of(mask));
}

Tensor CrossAttention::weights(const Tensor& q_seq, const Tensor& kv_seq, const Mask& mask) {
  const auto [queries, keys, values] = projected(q_seq, kv_seq);
  return attention_with_weights(queries, keys, values, {.mask = mask}).weights;
}

std::unique_ptr<MultiHeadAttention> CrossAttention::as_multi_head() const {
  return multi_head_of(
      {.D_1 = input_size, .H = num_head, .D_qk = dim_per_head, .D_v = dim_per_head},
      multi_head_state(qkv, out_proj));
}

}  // namespace heed
