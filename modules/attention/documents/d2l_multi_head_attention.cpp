#include "heed/modules/attention/documents/d2l_multi_head_attention.h"

#include "heed/framework/nn/shape_contract.h"
#include "heed/framework/nn/sizes.h"
#include "heed/framework/ops/check.h"
#include "heed/modules/attention/multi_head_state.h"
#include "heed/modules/attention/weights_dropout.h"

namespace heed {
namespace {

Mask mask_of_lengths(const Tensor& valid_lens) {
  return valid_lens.defined() ? Mask::lengths(valid_lens) : Mask();
}

}  // namespace

D2LMultiHeadAttention::D2LMultiHeadAttention(const Slot& slot, int64_t query_width,
                                             int64_t key_width, int64_t value_width,
                                             int64_t hiddens, int64_t heads, double p, Bias bias)
    : Layer(slot),
      query_size(positive("D2LMultiHeadAttention", "query_size", query_width)),
      key_size(positive("D2LMultiHeadAttention", "key_size", key_width)),
      value_size(positive("D2LMultiHeadAttention", "value_size", value_width)),
      num_hiddens(heads *
                  quotient("D2LMultiHeadAttention", "num_hiddens", hiddens, "num_heads", heads)),
      num_heads(heads),
      dropout(check_probability("D2LMultiHeadAttention", "dropout", p)),
      W_q({this, "W_q"}, query_size, num_hiddens, bias),
      W_k({this, "W_k"}, key_size, num_hiddens, bias),
      W_v({this, "W_v"}, value_size, num_hiddens, bias),
      W_o({this, "W_o"}, num_hiddens, num_hiddens, bias) {
  W_o.ends_residual_branch = true;
}

ProjectedHeads D2LMultiHeadAttention::projected(const Tensor& queries, const Tensor& keys,
                                                const Tensor& values) {
  Dims d{"D2LMultiHeadAttention",
         {{"query_size", query_size},
          {"key_size", key_size},
          {"value_size", value_size},
          {"D", num_hiddens / num_heads},
          {"H", num_heads}}};
  d.check(queries, "B L_1 query_size");
  d.check(keys, "B L_2 key_size");
  d.check(values, "B L_2 value_size");
  const Tensor Q = split_heads(W_q(queries), num_heads);
  d.check(Q, "B H L_1 D");
  const Tensor K = split_heads(W_k(keys), num_heads);
  d.check(K, "B H L_2 D");
  const Tensor V = split_heads(W_v(values), num_heads);
  return {Q, K, V};
}

Tensor D2LMultiHeadAttention::forward(const Tensor& queries, const Tensor& keys,
                                      const Tensor& values, const Tensor& valid_lens) {
  return forward(queries, keys, values, mask_of_lengths(valid_lens));
}

Tensor D2LMultiHeadAttention::forward(const Tensor& queries, const Tensor& keys,
                                      const Tensor& values, const Mask& mask) {
  const auto [Q, K, V] = projected(queries, keys, values);
  const Tensor output = scaled_dot_product_attention(
      Q, K, V, {.mask = mask, .dropout = weights_dropout(*this, dropout)});
  return W_o(merge_heads(output));
}

Tensor D2LMultiHeadAttention::weights(const Tensor& queries, const Tensor& keys,
                                      const Tensor& values, const Tensor& valid_lens) {
  return weights(queries, keys, values, mask_of_lengths(valid_lens));
}

Tensor D2LMultiHeadAttention::weights(const Tensor& queries, const Tensor& keys,
                                      const Tensor& values, const Mask& mask) {
  const auto [Q, K, V] = projected(queries, keys, values);
  return attention_with_weights(Q, K, V, {.mask = mask}).weights;
}

std::unique_ptr<MultiHeadAttention> D2LMultiHeadAttention::as_multi_head() const {
  const Bias bias = W_q.bias ? Bias::learned : Bias::none;
  return multi_head_of({.D_1 = query_size,
                        .H = num_heads,
                        .D_2 = key_size,
                        .D_value = value_size,
                        .D_out = num_hiddens,
                        .D_qk = num_hiddens / num_heads,
                        .D_v = num_hiddens / num_heads,
                        .query_bias = bias,
                        .key_bias = bias,
                        .value_bias = bias,
                        .output_bias = bias,
                        .dropout = dropout},
                       multi_head_state(W_q, W_k, W_v, W_o));
}

}  // namespace heed
