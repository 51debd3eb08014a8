#include "heed/modules/attention/documents/my_multi_head_attention.h"

#include <cmath>

#include "heed/framework/nn/shape_contract.h"
#include "heed/framework/nn/sizes.h"
#include "heed/modules/attention/multi_head_state.h"

namespace heed {

MyMultiHeadAttention::MyMultiHeadAttention(const Slot& slot, int64_t width, int64_t heads)
    : Layer(slot),
      hidden_size(width),
      n_head(heads),
      head_dim(quotient("MyMultiHeadAttention", "hidden_size", width, "n_head", heads)),
      scaling(1 / std::sqrt(static_cast<double>(head_dim))),
      linear_q({this, "linear_q"}, hidden_size, hidden_size),
      linear_k({this, "linear_k"}, hidden_size, hidden_size),
      linear_v({this, "linear_v"}, hidden_size, hidden_size),
      linear_o({this, "linear_o"}, hidden_size, hidden_size) {
  linear_o.ends_residual_branch = true;
}

ProjectedHeads MyMultiHeadAttention::projected(const Tensor& x) {
  Dims d{"MyMultiHeadAttention",
         {{"hidden_size", hidden_size}, {"n_head", n_head}, {"head_dim", head_dim}}};
  d.check(x, "B L hidden_size");
  const Tensor query = split_heads(linear_q(x), n_head);
  d.check(query, "B n_head L head_dim");
  const Tensor key = split_heads(linear_k(x), n_head);
  const Tensor value = split_heads(linear_v(x), n_head);
  return {query, key, value};
}

Tensor MyMultiHeadAttention::forward(const Tensor& x) {
  const auto [query, key, value] = projected(x);
  const Tensor attn_output = scaled_dot_product_attention(query, key, value, {.scale = scaling});
  return linear_o(merge_heads(attn_output));
}

Tensor MyMultiHeadAttention::weights(const Tensor& x) {
  const auto [query, key, value] = projected(x);
  return attention_with_weights(query, key, value, {.scale = scaling}).weights;
}

std::unique_ptr<MultiHeadAttention> MyMultiHeadAttention::as_multi_head() const {
  return multi_head_of({.D_1 = hidden_size, .H = n_head},
                       multi_head_state(linear_q, linear_k, linear_v, linear_o));
}

}  // namespace heed
