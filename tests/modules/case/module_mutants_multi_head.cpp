// Wrong variants of MultiHeadAttention: what projects got wrong about masks, positions, groups of
// heads, caches and dropout.
#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "heed/framework/base/random_scope.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/indexing.h"
#include "heed/framework/ops/matmul.h"
#include "heed/framework/ops/random.h"
#include "heed/framework/ops/rearrange.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/softmax.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"
#include "heed/modules/attention/heads.h"
#include "heed/tests/modules/case/module_multi_head.h"
#include "heed/tests/modules/case/module_mutants.h"
#include "heed/tests/modules/case/module_options.h"
#include "heed/tests/support/not_finite.h"

namespace heed::testing {
namespace {

/// A mistake and what it is about: a kind of positions or an argument that samples have to have,
/// "mask" for samples in which it does not matter where keys stand, "" for all.
struct Wrong {
  const char* about;
  const char* name;
};

/// Named as the code below asks for them; the first is none. One that is misspelt is no mistake,
/// and found to be none.
constexpr std::array wrong_versions{
    Wrong{"", "(none: the control of the masked ones)"},
    Wrong{"mask", "mask dropped"},
    Wrong{"mask", "mask inverted"},
    Wrong{"mask", "mask transposed"},
    Wrong{"mask", "padding of keys applied to queries"},
    Wrong{"mask", "mask of sample 0 for all"},
    Wrong{"mask", "mask [B, L, L] read as one for each head"},
    Wrong{"mask", "mask of head 0 for all"},
    Wrong{"mask", "mask added to the scores as 1 and 0"},
    Wrong{"mask", "mask after softmax"},
    Wrong{"mask", "blocked scores are -1e9"},
    Wrong{"mask", "blocked scores get -1e4 added"},
    Wrong{"mask", "blocked by -inf: rows of NaN"},
    Wrong{"mask", "blocked NaN times 0"},
    Wrong{"mask", "float mask read as bool"},
    Wrong{"mask", "float mask scaled with the scores"},
    Wrong{"causal", "causal without the own place"},
    Wrong{"causal", "causal one too far"},
    Wrong{"causal", "causal of the other alignment"},
    Wrong{"window", "window one too wide"},
    Wrong{"window", "window to one side"},
    Wrong{"n_kv_heads", "grouped heads tiled"},
    Wrong{"n_kv_heads", "first key head for all"},
    Wrong{"rope", "rope on keys only"},
    Wrong{"rope", "rope on values too"},
    Wrong{"rope", "rope from 0 again with a cache"},
    Wrong{"rope", "rope of the other pairs"},
    Wrong{"rope", "rope of queries turned back"},
    Wrong{"alibi", "alibi with the other sign"},
    Wrong{"alibi", "alibi with one slope for all heads"},
    Wrong{"alibi", "alibi slopes in reverse"},
    Wrong{"learned", "learned distances i - j"},
    Wrong{"learned", "learned distances wrapped, not cut"},
    Wrong{"dropout", "dropout of scores"},
    Wrong{"dropout", "dropout in eval"},
    Wrong{"dropout", "dropout not rescaled"},
    Wrong{"dropout", "weights given after dropout"},
    Wrong{"mask", "gates after W_O"},
    Wrong{"mask", "gates on the scores"},
    Wrong{"mask", "gates of sample 0 for all"},
    Wrong{"rope", "cache of unrotated keys"},
    Wrong{"mask", "cache of the newest chunk alone"},
    Wrong{"mask", "bias of values not added"},
    Wrong{"mask", "W_K projects values where widths allow"},
    Wrong{"mask", "no output bias where nothing is attended to"},
};

bool is_about(const ModuleSample& sample, const std::string& about) {
  if (about.empty()) return true;
  if (about == "mask") return !sample.ordered;
  return sample.arguments.contains(about) || sample.arguments.value("positions", "") == about;
}

/// MultiHeadAttention written again in composed ops, with one mistake.
struct WrongMultiHead : Layer<WrongMultiHead> {
  const std::string mistake;
  const MultiHeadAttentionConfig config;
  const int64_t H, H_kv;
  Linear W_Q, W_K, W_V, W_O;
  std::unique_ptr<RelativePositions> positions;

  WrongMultiHead(const Slot& slot, const MultiHeadAttentionConfig& c, std::string which)
      : Layer(slot),
        mistake(std::move(which)),
        config(c),
        H(c.H),
        H_kv(*c.n_kv_heads),
        W_Q({this, "W_Q"}, c.D_1, H * *c.D_qk, c.query_bias),
        W_K({this, "W_K"}, *c.D_2, H_kv * *c.D_qk, c.key_bias),
        W_V({this, "W_V"}, *c.D_value, H_kv * *c.D_v, c.value_bias),
        W_O({this, "W_O"}, H * *c.D_v, *c.D_out, c.output_bias),
        positions(c.relative_positions ? c.relative_positions({this, "positions"}) : nullptr) {}

  bool is(const char* which) const { return mistake == which; }

  Tensor values(const Tensor& value) {
    const bool fits = config.D_2 == config.D_value && config.D_qk == config.D_v;
    if (is("W_K projects values where widths allow") && fits) return W_K(value);
    if (is("bias of values not added")) return linear(value, W_V.weight, {});
    return W_V(value);
  }

  Tensor turned(const Tensor& x, int64_t first) const {
    const auto* rope = dynamic_cast<const RotaryPositions*>(positions.get());
    if (rope == nullptr) return x;
    const Tensor places = arange(x.size(-2)) + static_cast<double>(first);
    const RotaryAngles angles = rotary_angles(places, x.size(-1), rope->base, x.dtype());
    const bool halves = (rope->pairs == RotaryPairs::halves) != is("rope of the other pairs");
    return rotary_embedding(x, angles.cos, angles.sin,
                            halves ? RotaryPairs::halves : RotaryPairs::neighbours);
  }

  Tensor turned_queries(const Tensor& Q, int64_t first) const {
    if (is("rope on keys only")) return Q;
    return turned(Q, is("rope of queries turned back") ? -first : first);
  }

  /// j − i for queries from `first` on.
  static Tensor along(int64_t first, int64_t L_1, int64_t L_2) {
    return arange(L_2).unsqueeze(0) - (arange(L_1) + static_cast<double>(first)).unsqueeze(1);
  }

  Tensor position_bias(int64_t first, int64_t L_1, int64_t L_2, DType dtype) const {
    if (!positions) return {};
    if (const auto* learned = dynamic_cast<const LearnedDistances*>(positions.get())) {
      return distance_bias(*learned, first, L_1, L_2);
    }
    const Tensor bias = positions->bias(first, L_1, L_2, dtype);
    if (dynamic_cast<const AlibiPositions*>(positions.get()) == nullptr) return bias;
    if (is("alibi with the other sign")) return neg(bias);
    if (is("alibi with one slope for all heads"))
      return expand(narrow(bias, 0, 0, 1), bias.shape());
    return is("alibi slopes in reverse") ? flip(bias, {0}) : bias;
  }

  Mask own_rule(const AttentionCall& o, int64_t first, int64_t L_1, int64_t L_2) const {
    const bool cached = o.cache != nullptr;
    const bool last = cached || config.causal == Alignment::bottom_right;
    const bool aligned_last = last != (is("causal of the other alignment") && !cached);
    const Alignment alignment = aligned_last ? Alignment::bottom_right : Alignment::top_left;
    Mask rule;
    if (config.causal) {
      const int64_t shift = is("causal without the own place") ? -1
                            : is("causal one too far")         ? 1
                                                               : 0;
      rule = shift == 0 ? Mask::causal(alignment)
                        : Mask::block(gt(along(first, L_1, L_2), static_cast<double>(shift)));
    }
    if (!config.window) return rule;
    const int64_t width = *config.window + (is("window one too wide") ? 1 : 0);
    if (is("window to one side")) {
      return rule & Mask::block(lt(along(first, L_1, L_2), static_cast<double>(-width)));
    }
    return rule & Mask::window(width, alignment);
  }

  Tensor distance_bias(const LearnedDistances& learned, int64_t first, int64_t L_1,
                       int64_t L_2) const {
    const int64_t count = learned.weight->size(1), limit = (count - 1) / 2;
    std::vector<int64_t> rows;
    for (int64_t i = first; i < first + L_1; ++i) {
      for (int64_t j = 0; j < L_2; ++j) {
        const int64_t distance = is("learned distances i - j") ? i - j : j - i;
        rows.push_back(is("learned distances wrapped, not cut")
                           ? (distance + limit + 64 * count) % count
                           : std::clamp(distance, -limit, limit) + limit);
      }
    }
    const Tensor chosen = index_select(learned.weight, 1, from_values(rows, {L_1 * L_2}));
    return chosen.reshape({H, L_1, L_2});
  }

  /// What the caller's mask blocks, for scores [B, H, L_1, L_2].
  Tensor called_blocked(const Tensor& blocked, const Shape& scores) const {
    if (!blocked.defined()) return blocked;
    const bool square = scores[2] == scores[3];
    const Tensor all = expand(blocked, scores);
    if (is("mask inverted")) return eq(blocked, 0);
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
    if (!blocked.defined()) return softmax(scores, -1);
    const Tensor off = expand(blocked, scores.shape());
    const Tensor number = off.to(scores.dtype());
    if (is("mask added to the scores as 1 and 0")) return softmax(scores + (1.0 - number), -1);
    if (is("mask after softmax")) return masked_fill(softmax(scores, -1), off, 0);
    if (is("blocked scores are -1e9")) return softmax(masked_fill(scores, off, -1e9), -1);
    if (is("blocked scores get -1e4 added")) return softmax(scores + number * -1e4, -1);
    if (is("blocked by -inf: rows of NaN")) {
      return softmax(masked_fill(scores, off, -infinity), -1);
    }
    return masked_softmax(scores, blocked);
  }

  /// Zeros in what no query may see.
  Tensor seen(const Tensor& x, const Tensor& blocked, const Shape& scores) const {
    if (!blocked.defined() || is("blocked NaN times 0")) return x;
    const Tensor unseen = all(expand(blocked, scores), {-2}).unsqueeze(-1);
    return masked_fill(x, unseen, 0);
  }

  Tensor for_all_heads(const Tensor& x) const {
    if (H_kv == H) return x;
    if (is("grouped heads tiled")) return tile(x, {1, H / H_kv, 1, 1});
    if (is("first key head for all")) {
      return expand(narrow(x, 1, 0, 1), {x.size(0), H, x.size(2), x.size(3)});
    }
    return repeat_interleave(x, H / H_kv, 1);
  }

  /// Rotated keys and values of all positions so far.
  std::pair<Tensor, Tensor> joined(const Tensor& K, const Tensor& V, KeyValueCache* cache) const {
    const int64_t earlier = cache == nullptr ? 0 : cache->length();
    const Tensor rotated = turned(K, is("rope from 0 again with a cache") ? 0 : earlier);
    if (cache == nullptr) return {rotated, V};
    if (is("cache of the newest chunk alone")) *cache = {};
    if (is("cache of unrotated keys")) {
      const Tensor all_keys = earlier == 0 ? rotated : cat(std::array{cache->key, rotated}, -2);
      cache->append(K, V);
      return {all_keys, cache->value};
    }
    cache->append(rotated, V);
    return {cache->key, cache->value};
  }

  Tensor gated(const Tensor& O, const Tensor& gates) const {
    if (!gates.defined() || is("gates after W_O") || is("gates on the scores")) return O;
    const bool first = is("gates of sample 0 for all") && gates.dim() == 2;
    return O * (first ? select(gates, 0, 0) : gates).unsqueeze(-1).unsqueeze(-1);
  }

  Tensor forward(const Tensor& query, const Tensor& key, const Tensor& value,
                 const AttentionCall& o) {
    const int64_t earlier = o.cache == nullptr ? 0 : o.cache->length();
    const bool restarts = is("rope from 0 again with a cache") && earlier > 0;
    const bool last = o.cache != nullptr || config.causal == Alignment::bottom_right;
    const int64_t L_1 = query.size(1);
    int64_t first = last ? earlier + key.size(1) - L_1 : 0;
    const Tensor Q = turned_queries(split_heads(W_Q(query), H), restarts ? 0 : first);
    const Tensor new_K = split_heads(W_K(key), H_kv);
    Tensor new_V = split_heads(values(value), H_kv);
    if (is("rope on values too") && new_V.size(-1) % 2 == 0) new_V = turned(new_V, earlier);
    auto [K, V] = joined(new_K, new_V, o.cache);
    K = for_all_heads(K);
    V = for_all_heads(V);
    const int64_t L_2 = K.size(-2);
    if (last) first = L_2 - L_1;
    const Shape shape{Q.size(0), H, L_1, L_2};

    const Mask called = is("mask dropped") ? Mask() : o.mask;
    const Mask::Parts user = called.resolve(shape, Q.dtype());
    const Mask::Parts own = own_rule(o, first, L_1, L_2).resolve(shape, Q.dtype());
    Tensor blocked = called_blocked(user.blocked, shape);
    if (!blocked.defined()) {
      blocked = own.blocked;
    } else if (own.blocked.defined()) {
      blocked = masked_fill(expand(blocked, shape), own.blocked, 1);
    }
    const double scale = 1 / std::sqrt(static_cast<double>(Q.size(-1)));
    Tensor scores = matmul(Q, seen(K, blocked, shape).transpose(-2, -1)) * scale;
    if (o.head_gates.defined() && is("gates on the scores")) {
      scores = scores * o.head_gates.unsqueeze(-1).unsqueeze(-1);
    }
    const Tensor bias = position_bias(first, L_1, L_2, Q.dtype());
    if (bias.defined()) scores = scores + bias;
    if (user.bias.defined() && !is("float mask read as bool")) {
      scores = scores + user.bias * (is("float mask scaled with the scores") ? scale : 1);
    }
    const bool drops = config.dropout > 0 && (training() || is("dropout in eval"));
    const auto thinned = [&](const Tensor& x) {
      const double kept = is("dropout not rescaled") ? 1 - config.dropout : 1;
      const RandomStream numbers =
          RandomScope::next_stream(Purpose::dropout, text_coordinate(path()));
      return dropout(x, config.dropout, numbers) * kept;
    };
    if (drops && is("dropout of scores")) scores = thinned(scores);
    const Tensor weights = normalized(scores, blocked);
    const Tensor used = drops && !is("dropout of scores") ? thinned(weights) : weights;
    if (o.weights != nullptr) *o.weights = is("weights given after dropout") ? used : weights;
    const Tensor O = matmul(used, seen(V, blocked, shape));
    const Tensor y = W_O(merge_heads(gated(O, o.head_gates)));
    if (is("gates after W_O") && o.head_gates.defined()) {
      return y * mean(o.head_gates, {-1}, true).unsqueeze(-1);
    }
    if (!is("no output bias where nothing is attended to") || !blocked.defined()) return y;
    const Tensor nothing = all(expand(blocked, shape), {-1});  // [B, H, L_1]
    return masked_fill(y, all(nothing, {1}).unsqueeze(-1), 0);
  }
};

}  // namespace

std::vector<AttentionMutant> multi_head_mutants() {
  std::vector<AttentionMutant> mutants;
  for (const Wrong& wrong : wrong_versions) {
    ModuleCase row = *find_module("multi_head_attention");
    const auto typical = row.samples.begin();
    row.samples.erase(
        std::remove_if(typical + 1, row.samples.end(),
                       [&](const auto& sample) { return !is_about(sample, wrong.about); }),
        row.samples.end());
    row.build = [name = wrong.name](const Attributes& with) {
      const MultiHeadAttention right(Slot::root(), multi_head_config(with));
      return built_multi_head(std::make_shared<WrongMultiHead>(Slot::root(), right.config, name));
    };
    mutants.push_back({wrong.name, std::move(row)});
  }
  return mutants;
}

}  // namespace heed::testing
