#include "heed/modules/attention/documents/labml_multi_head_attention.h"

#include "heed/framework/nn/shape_contract.h"
#include "heed/framework/nn/sizes.h"
#include "heed/framework/ops/check.h"
#include "heed/framework/ops/view.h"
#include "heed/modules/attention/documents/mask_by_value.h"
#include "heed/modules/attention/multi_head_state.h"
#include "heed/modules/attention/weights_dropout.h"

namespace heed {
namespace {

Mask mask_of_labml(const Tensor& mask) {
  return mask_by_value(mask, 0, MaskLayout::queries_keys_batch);
}

/// [L, B, H, D] → [B, H, L, D], a view.
Tensor heads_outside(const Tensor& x) {
  return permute(x, {1, 2, 0, 3});
}

}  // namespace

LabmlMultiHeadAttention::LabmlMultiHeadAttention(const Slot& slot, int64_t count, int64_t width,
                                                 double p, Bias bias)
    : Layer(slot),
      heads(count),
      d_model(width),
      d_k(quotient("LabmlMultiHeadAttention", "d_model", width, "heads", count)),
      dropout_prob(check_probability("LabmlMultiHeadAttention", "dropout_prob", p)),
      query({this, "query"}, d_model, heads, d_k, bias),
      key({this, "key"}, d_model, heads, d_k, bias),
      value({this, "value"}, d_model, heads, d_k, Bias::learned),
      output({this, "output"}, d_model, d_model) {
  output.ends_residual_branch = true;
}

ProjectedHeads LabmlMultiHeadAttention::projected(const Tensor& queries, const Tensor& keys,
                                                  const Tensor& values) {
  Dims d{"LabmlMultiHeadAttention", {{"d_model", d_model}, {"heads", heads}, {"d_k", d_k}}};
  d.check(queries, "L_1 B d_model");
  d.check(keys, "L_2 B d_model");
  d.check(values, "L_2 B d_model");
  const Tensor Q = heads_outside(query(queries));
  d.check(Q, "B heads L_1 d_k");
  const Tensor K = heads_outside(key(keys));
  d.check(K, "B heads L_2 d_k");
  const Tensor V = heads_outside(value(values));
  return {Q, K, V};
}

Tensor LabmlMultiHeadAttention::forward(const Tensor& queries, const Tensor& keys,
                                        const Tensor& values, const Tensor& mask) {
  return forward(queries, keys, values, mask_of_labml(mask));
}

Tensor LabmlMultiHeadAttention::forward(const Tensor& queries, const Tensor& keys,
                                        const Tensor& values, const Mask& mask) {
  const auto [Q, K, V] = projected(queries, keys, values);
  const Tensor x = scaled_dot_product_attention(
      Q, K, V, {.mask = mask, .dropout = weights_dropout(*this, dropout_prob)});
  return output(reshape(permute(x, {2, 0, 1, 3}), queries.shape()));  // [L_1, B, d_model]
}

Tensor LabmlMultiHeadAttention::attend(const Tensor& queries, const Tensor& keys,
                                       const Tensor& values, const AttentionCall& call) {
  const auto swapped = [](const Tensor& x) { return x.transpose(0, 1); };
  return swapped((*this)(swapped(queries), swapped(keys), swapped(values), call.mask));
}

Tensor LabmlMultiHeadAttention::weights(const Tensor& queries, const Tensor& keys,
                                        const Tensor& values, const Tensor& mask) {
  return weights(queries, keys, values, mask_of_labml(mask));
}

Tensor LabmlMultiHeadAttention::weights(const Tensor& queries, const Tensor& keys,
                                        const Tensor& values, const Mask& mask) {
  const auto [Q, K, V] = projected(queries, keys, values);
  return attention_with_weights(Q, K, V, {.mask = mask}).weights;
}

std::unique_ptr<MultiHeadAttention> LabmlMultiHeadAttention::as_multi_head() const {
  const Bias bias = query.linear.bias ? Bias::learned : Bias::none;
  return multi_head_of(
      {.D_1 = d_model, .H = heads, .query_bias = bias, .key_bias = bias, .dropout = dropout_prob},
      multi_head_state(query.linear, key.linear, value.linear, output));
}

}  // namespace heed
