#include "heed/modules/attention/multi_head_attention.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "heed/framework/autograd/checkpoint.h"
#include "heed/framework/nn/shape_contract.h"
#include "heed/framework/nn/sizes.h"
#include "heed/framework/ops/check.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/normalization.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/view.h"
#include "heed/modules/attention/heads.h"
#include "heed/modules/attention/weights_dropout.h"

namespace heed {
namespace {

constexpr double qk_norm_eps = 1e-6;

int64_t head_width(const char* name, const std::optional<int64_t>& given, int64_t D_1, int64_t H) {
  if (given) return positive("MultiHeadAttention", name, *given);
  if (D_1 % H == 0) return D_1 / H;
  throw ValueError("MultiHeadAttention: H = ", H, " does not divide D_1 = ", D_1, "; give ", name);
}

/// The config with every size filled in and checked.
MultiHeadAttentionConfig complete(MultiHeadAttentionConfig c) {
  positive("MultiHeadAttention", "D_1", c.D_1);
  positive("MultiHeadAttention", "H", c.H);
  c.D_2 = positive("MultiHeadAttention", "D_2", c.D_2.value_or(c.D_1));
  c.D_value = positive("MultiHeadAttention", "D_value", c.D_value.value_or(*c.D_2));
  c.D_out = positive("MultiHeadAttention", "D_out", c.D_out.value_or(c.D_1));
  c.D_qk = head_width("D_qk", c.D_qk, c.D_1, c.H);
  c.D_v = head_width("D_v", c.D_v, c.D_1, c.H);
  c.n_kv_heads = c.n_kv_heads.value_or(c.H);
  quotient("MultiHeadAttention", "H", c.H, "n_kv_heads", *c.n_kv_heads);
  if (c.window && *c.window < 0) {
    throw ValueError("MultiHeadAttention: window must not be negative, got ", *c.window);
  }
  c.dropout = check_probability("MultiHeadAttention", "dropout", c.dropout);
  return c;
}

Dims letters_of(const MultiHeadAttention& m) {
  const MultiHeadAttentionConfig& c = m.config;
  return {"MultiHeadAttention",
          {{"D_1", c.D_1},
           {"D_2", *c.D_2},
           {"D_value", *c.D_value},
           {"D_out", *c.D_out},
           {"D_qk", m.D_qk},
           {"D_v", m.D_v},
           {"H", m.H},
           {"n_kv_heads", m.n_kv_heads}}};
}

bool is_finite(const Tensor& x) {
  return x.is_contiguous() && visit_floating("qk_norm", x.dtype(), [&]<class T>() {
           const T* const first = x.data<T>();
           return std::all_of(first, first + x.numel(), [](T v) { return std::isfinite(v); });
         });
}

/// x [..., D_qk] with each row divided by its root mean square.
Tensor normalised(const Tensor& x) {
  return rms_norm(x, {x.size(-1)}, {}, qk_norm_eps);
}

/// The same with rows that are not finite as NaN, which have a gradient of 0: those of keys that no
/// query sees must have no influence, and the norm's own gradient would be 0 · NaN.
Tensor normalised_where_finite(const Tensor& x) {
  const Tensor largest = amax(abs(x.detach()), {-1}, true);
  const Tensor bad = eq(lt(largest, std::numeric_limits<double>::infinity()), 0);
  return masked_fill(normalised(masked_fill(x, bad, 0)), bad,
                     std::numeric_limits<double>::quiet_NaN());
}

/// gates [H] or [B, H] as factors of heads [B, H, L_1, D_v].
Tensor as_factors(Dims& d, const Tensor& gates) {
  d.check(gates, gates.dim() == 1 ? "H" : "B H");
  return gates.unsqueeze(-1).unsqueeze(-1);
}

}  // namespace

MultiHeadAttention::MultiHeadAttention(const Slot& slot, const MultiHeadAttentionConfig& given)
    : Layer(slot),
      config(complete(given)),
      H(config.H),
      n_kv_heads(*config.n_kv_heads),
      D_qk(*config.D_qk),
      D_v(*config.D_v),
      W_Q({this, "W_Q"}, config.D_1, H * D_qk, config.query_bias),
      W_K({this, "W_K"}, *config.D_2, n_kv_heads * D_qk, config.key_bias),
      W_V({this, "W_V"}, *config.D_value, n_kv_heads * D_v, config.value_bias),
      W_O({this, "W_O"}, H * D_v, *config.D_out, config.output_bias),
      relative_positions(config.relative_positions ? config.relative_positions({this, "positions"})
                                                   : nullptr) {
  W_O.ends_residual_branch = true;
}

Alignment MultiHeadAttention::alignment(const AttentionCall& call) const {
  if (call.cache != nullptr) return Alignment::bottom_right;
  return config.causal.value_or(Alignment::top_left);
}

MultiHeadAttention::Placement MultiHeadAttention::placement(const AttentionCall& call, int64_t L_1,
                                                            int64_t L_2) const {
  const int64_t first_key = call.cache == nullptr ? 0 : call.cache->length();
  const int64_t keys = first_key + L_2;
  const bool is_at_the_end = alignment(call) == Alignment::bottom_right;
  return {is_at_the_end ? keys - L_1 : call.first_query, first_key, keys};
}

Mask MultiHeadAttention::effective_mask(const AttentionCall& call) const {
  const bool cached = call.cache != nullptr;
  if (cached && !config.causal && !call.mask.is_causal(Alignment::bottom_right)) {
    throw ValueError(
        "MultiHeadAttention: a cache needs a causal rule, since earlier queries did not see later "
        "keys; pass Mask::causal(Alignment::bottom_right)");
  }
  if (cached && call.mask.is_causal(Alignment::top_left)) {
    throw ValueError(
        "MultiHeadAttention: with a cache queries are the last positions, but the mask counts "
        "them from the first key; pass Mask::causal(Alignment::bottom_right)");
  }
  const Alignment aligned = alignment(call);
  Mask mask = call.mask;
  if (config.causal) mask = mask & Mask::causal(aligned);
  if (config.window) {
    mask = mask &
           (aligned == Alignment::bottom_right ? Mask::window(*config.window, aligned)
                                               : Mask::window(*config.window, call.first_query));
  }
  return mask;
}

Tensor MultiHeadAttention::forward(const Tensor& query, const Tensor& key, const Tensor& value,
                                   const AttentionCall& call) {
  Dims d = letters_of(*this);
  d.check(query, "B L_1 D_1");
  d.check(key, "B L_2 D_2");
  d.check(value, "B L_2 D_value");
  AttentionOptions how{.mask = effective_mask(call), .enable_gqa = n_kv_heads != H};

  const Tensor q = W_Q(query);
  d.check(q, "B L_1 H*D_qk");
  Tensor Q = split_to_score(q, H);
  d.check(Q, "B H L_1 D_qk");
  Tensor K = split_to_score(W_K(key), n_kv_heads);
  d.check(K, n_kv_heads == H ? "B H L_2 D_qk" : "B n_kv_heads L_2 D_qk");
  Tensor V = split_heads(W_V(value), n_kv_heads);
  d.check(V, n_kv_heads == H ? "B H L_2 D_v" : "B n_kv_heads L_2 D_v");
  const Placement at = placement(call, query.size(1), key.size(1));
  if (relative_positions) {
    Q = relative_positions->turned(Q, at.first_query);
    K = relative_positions->turned(K, at.first_key);
    const Tensor bias = relative_positions->bias(at.first_query, query.size(1), at.keys, Q.dtype());
    if (bias.defined()) how.mask = how.mask & Mask::additive(bias);
  }
  KeyValueCache joined;  // put in place at the end, so that a call that fails leaves the cache be
  if (call.cache != nullptr) {
    joined = *call.cache;
    joined.append(K, V);
    K = joined.key;
    V = joined.value;
  }
  how.dropout = weights_dropout(*this, config.dropout);
  Tensor O = weighted_values(Q, K, V, how, call.weights);
  d.check(O, "B H L_1 D_v");
  if (call.head_gates.defined()) O = O * as_factors(d, call.head_gates);
  const Tensor o = merge_heads(O);
  d.check(o, "B L_1 H*D_v");
  const Tensor y = W_O(o);
  d.check(y, "B L_1 D_out");
  if (call.cache != nullptr) *call.cache = std::move(joined);
  return y;
}

Tensor MultiHeadAttention::split_to_score(const Tensor& projected, int64_t heads) const {
  const Tensor split = split_heads(projected, heads);
  if (!config.qk_norm) return split;
  return is_finite(projected) ? normalised(split) : normalised_where_finite(split);
}

Tensor MultiHeadAttention::weighted_values(const Tensor& Q, const Tensor& K, const Tensor& V,
                                           const AttentionOptions& how, Tensor* weights) {
  if (weights != nullptr) {
    AttentionResult result = attention_with_weights(Q, K, V, how);
    *weights = std::move(result.weights);
    return std::move(result.output);
  }
  if (!config.recompute) return scaled_dot_product_attention(Q, K, V, how);
  return checkpoint([how](const Tensor& q, const Tensor& k,
                          const Tensor& v) { return scaled_dot_product_attention(q, k, v, how); },
                    Q, K, V);
}

std::unique_ptr<MultiHeadAttention> MultiHeadAttention::as_multi_head() const {
  auto copy = multi_head_of(config, state_dict());
  copy->train(training());
  return copy;
}

std::unique_ptr<MultiHeadAttention> multi_head_of(const MultiHeadAttentionConfig& config,
                                                  const NamedTensors& state) {
  auto attention = std::make_unique<MultiHeadAttention>(Slot::root(), config);
  if (!state.empty()) attention->to(state.front().second.dtype());
  attention->load_state_dict(state);
  return attention;
}

}  // namespace heed
