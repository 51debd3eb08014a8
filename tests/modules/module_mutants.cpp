#include "heed/tests/modules/module_mutants.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/matmul.h"
#include "heed/framework/ops/random.h"
#include "heed/framework/ops/rearrange.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/softmax.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"
#include "heed/modules/attention/heads.h"
#include "heed/tests/modules/case/module_multi_head.h"
#include "heed/tests/modules/module_options.h"
#include "heed/tests/modules/module_table.h"
#include "heed/tests/support/case/not_finite.h"

namespace heed::testing {
namespace {

/// Named as the code below asks for them; the first is none. One that is misspelt is no mistake,
/// and found to be none.
constexpr std::array mistakes{
    "(none: the control)",
    "softmax over queries",
    "no softmax",
    "a causal mask too many",
    "keys of another batch row",
    "mask dropped",
    "mask transposed",
    "padding of keys applied to queries",
    "mask of sample 0 for all",
    "mask [B, L, L] read as one for each head",
    "mask of head 0 for all",
    "mask after softmax",
    "blocked scores get -1e4 added",
    "blocked by -inf: rows of NaN",
    "blocked NaN times 0",
    "float mask read as bool",
    "cache of the newest chunk alone",
    "gates after W_O",
    "dropout whose numbers no seed repeats",
};

/// MultiHeadAttention in composed ops, without groups of heads, positions, QK-norm, dropout and
/// masks of its own, with one mistake.
struct WrongMultiHead : Layer<WrongMultiHead> {
  const std::string mistake;
  const int64_t H;
  uint64_t calls = 0;
  Linear W_Q, W_K, W_V, W_O;

  WrongMultiHead(const Slot& slot, const MultiHeadAttentionConfig& c, std::string which)
      : Layer(slot),
        mistake(std::move(which)),
        H(c.H),
        W_Q({this, "W_Q"}, c.D_1, H * *c.D_qk, c.query_bias),
        W_K({this, "W_K"}, *c.D_2, H * *c.D_qk, c.key_bias),
        W_V({this, "W_V"}, *c.D_value, H * *c.D_v, c.value_bias),
        W_O({this, "W_O"}, H * *c.D_v, *c.D_out, c.output_bias) {}

  bool is(const char* which) const { return mistake == which; }

  /// What the caller's mask blocks, for scores [B, H, L_1, L_2].
  Tensor called_blocked(const Tensor& blocked, const Shape& scores) const {
    if (!blocked.defined()) return blocked;
    const bool square = scores[2] == scores[3];
    const Tensor all = expand(blocked, scores);
    if (is("mask transposed") && square) return all.transpose(-2, -1);
    const bool is_padding = blocked.dim() == 4 && blocked.size(2) == 1;
    if (is("padding of keys applied to queries") && is_padding && square) {
      return blocked.transpose(-2, -1);
    }
    if (is("mask of sample 0 for all") && scores[0] > 0) {
      return expand(narrow(all, 0, 0, 1), scores);
    }
    const bool is_for_samples = blocked.dim() == 4 && blocked.size(1) == 1;
    if (is("mask [B, L, L] read as one for each head") && is_for_samples && scores[0] == H) {
      return blocked.transpose(0, 1);
    }
    return is("mask of head 0 for all") ? expand(narrow(all, 1, 0, 1), scores) : blocked;
  }

  Tensor normalized(const Tensor& scores, const Tensor& blocked) const {
    if (is("no softmax")) return scores;
    if (!blocked.defined()) return softmax(scores, is("softmax over queries") ? -2 : -1);
    const Tensor off = expand(blocked, scores.shape());
    if (is("mask after softmax")) return masked_fill(softmax(scores, -1), off, 0);
    if (is("blocked scores get -1e4 added")) {
      return softmax(scores + off.to(scores.dtype()) * -1e4, -1);
    }
    if (is("blocked by -inf: rows of NaN")) {
      return softmax(masked_fill(scores, off, -infinity), -1);
    }
    return masked_softmax(scores, blocked);
  }

  /// Zeros in what no query may see.
  Tensor seen(const Tensor& x, const Tensor& blocked, const Shape& scores) const {
    if (!blocked.defined() || is("blocked NaN times 0")) return x;
    return masked_fill(x, all(expand(blocked, scores), {-2}).unsqueeze(-1), 0);
  }

  Tensor gated(const Tensor& O, const Tensor& gates) const {
    if (!gates.defined() || is("gates after W_O")) return O;
    return O * gates.unsqueeze(-1).unsqueeze(-1);
  }

  Tensor forward(const Tensor& query, const Tensor& key, const Tensor& value,
                 const AttentionCall& o) {
    const Tensor Q = split_heads(W_Q(query), H);
    Tensor K = split_heads(W_K(key), H);
    Tensor V = split_heads(W_V(value), H);
    if (is("keys of another batch row")) K = flip(K, {0});
    if (o.cache != nullptr) {
      if (is("cache of the newest chunk alone")) *o.cache = {};
      o.cache->append(K, V);
      K = o.cache->key;
      V = o.cache->value;
    }
    const Shape shape{Q.size(0), H, Q.size(-2), K.size(-2)};
    Mask mask = is("mask dropped") ? Mask() : o.mask;
    if (is("a causal mask too many")) mask = mask & Mask::causal();
    const Mask::Parts parts = mask.resolve(shape, Q.dtype());
    const Tensor blocked = called_blocked(parts.blocked, shape);
    Tensor scores = matmul(Q, seen(K, blocked, shape).transpose(-2, -1)) /
                    std::sqrt(static_cast<double>(Q.size(-1)));
    if (parts.bias.defined() && !is("float mask read as bool")) scores = scores + parts.bias;
    Tensor weights = normalized(scores, blocked);
    if (is("dropout whose numbers no seed repeats")) {
      weights = dropout(weights, 0.5, stream(++calls, Purpose::dropout));
    }
    if (o.weights != nullptr) *o.weights = weights;
    const Tensor O = matmul(weights, seen(V, blocked, shape));
    const Tensor y = W_O(merge_heads(gated(O, o.head_gates)));
    if (!is("gates after W_O") || !o.head_gates.defined()) return y;
    return y * mean(o.head_gates, {-1}, true).unsqueeze(-1);
  }
};

/// Whether WrongMultiHead without a mistake can do it.
bool is_plain(const ModuleSample& sample) {
  const auto has = [&](const char* name) { return sample.arguments.contains(name); };
  return !has("n_kv_heads") && !has("causal") && !has("window") && !has("positions") &&
         !has("dropout") && !has("qk_norm");
}

}  // namespace

std::vector<AttentionMutant> attention_mutants() {
  std::vector<AttentionMutant> mutants;
  for (const char* mistake : mistakes) {
    ModuleCase row = *find_module("multi_head_attention");
    std::erase_if(row.samples, [](const ModuleSample& sample) { return !is_plain(sample); });
    row.build = [=](const Attributes& with) {
      const MultiHeadAttention right(Slot::root(), multi_head_config(with));
      return built_multi_head(
          std::make_shared<WrongMultiHead>(Slot::root(), right.config, mistake));
    };
    mutants.push_back({mistake, std::move(row)});
  }
  return mutants;
}

}  // namespace heed::testing
