#include "heed/modules/attention/my_mha.h"

#include <cmath>

#include "heed/framework/nn/shape_contract.h"
#include "heed/framework/nn/sizes.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/matmul.h"
#include "heed/framework/ops/softmax.h"
#include "heed/framework/ops/view.h"
#include "heed/modules/attention/heads.h"

namespace heed {
namespace {

Dims sizes_of(const MyMHA& m) {
  return {"MyMHA", {{"D_1", m.D_1}, {"D_2", m.D_2}, {"D_qk", m.D_qk}, {"D_v", m.D_v}, {"H", m.H}}};
}

/// x1 [B, L_1, D_1], x2 [B, L_2, D_2] → softmax(QKᵀ / √D_qk) [B, H, L_1, L_2]
Tensor attention_weights(MyMHA& m, Dims& d, const Tensor& x1, const Tensor& x2) {
  d.check(x1, "B L_1 D_1");
  d.check(x2, "B L_2 D_2");
  const Tensor q = m.W_Q(x1);
  d.check(q, "B L_1 H*D_qk");
  const Tensor k = m.W_K(x2);
  d.check(k, "B L_2 H*D_qk");
  const Tensor Q = split_heads(q, m.H);
  d.check(Q, "B H L_1 D_qk");
  const Tensor K = split_heads(k, m.H);
  d.check(K, "B H L_2 D_qk");
  const Tensor S = matmul(Q, K.transpose(-2, -1));
  d.check(S, "B H L_1 L_2");
  return softmax(S / std::sqrt(static_cast<double>(m.D_qk)), -1);
}

}  // namespace

MyMHA::MyMHA(const Slot& slot, int64_t d_1, int64_t d_2, int64_t d_qk, int64_t d_v, int64_t heads)
    : Layer(slot),
      D_1(positive("MyMHA", "D_1", d_1)),
      D_2(positive("MyMHA", "D_2", d_2)),
      D_qk(positive("MyMHA", "D_qk", d_qk)),
      D_v(positive("MyMHA", "D_v", d_v)),
      H(positive("MyMHA", "H", heads)),
      W_Q({this, "W_Q"}, D_1, H * D_qk, Bias::none),
      W_K({this, "W_K"}, D_2, H * D_qk, Bias::none),
      W_V({this, "W_V"}, D_2, H * D_v, Bias::none),
      W_O({this, "W_O"}, H * D_v, D_1, Bias::none) {
  W_O.ends_residual_branch = true;
}

Tensor MyMHA::forward(const Tensor& x1, const Tensor& x2) {
  Dims d = sizes_of(*this);
  const Tensor A = attention_weights(*this, d, x1, x2);
  d.check(A, "B H L_1 L_2");
  const Tensor v = W_V(x2);
  d.check(v, "B L_2 H*D_v");
  const Tensor V = split_heads(v, H);
  d.check(V, "B H L_2 D_v");
  const Tensor O = matmul(A, V);
  d.check(O, "B H L_1 D_v");
  const Tensor o = merge_heads(O);
  d.check(o, "B L_1 H*D_v");
  const Tensor y = W_O(o);
  return d.check(y, "B L_1 D_1");
}

Tensor MyMHA::weights(const Tensor& x1, const Tensor& x2) {
  Dims d = sizes_of(*this);
  return attention_weights(*this, d, x1, x2);
}

std::unique_ptr<MultiHeadAttention> MyMHA::as_multi_head() const {
  return multi_head_of({.D_1 = D_1,
                        .H = H,
                        .D_2 = D_2,
                        .D_qk = D_qk,
                        .D_v = D_v,
                        .query_bias = Bias::none,
                        .key_bias = Bias::none,
                        .value_bias = Bias::none,
                        .output_bias = Bias::none},
                       state_dict());
}

}  // namespace heed
