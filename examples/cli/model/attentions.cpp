#include "heed/examples/cli/model/attentions.h"

#include "heed/modules/attention/documents/cross_attention.h"
#include "heed/modules/attention/documents/d2l_multi_head_attention.h"
#include "heed/modules/attention/documents/labml_multi_head_attention.h"
#include "heed/modules/attention/documents/my_multi_head_attention.h"
#include "heed/modules/attention/documents/self_attention.h"
#include "heed/modules/attention/my_mha.h"
#include "heed/modules/attention/no_attention.h"

namespace heed {
namespace {

/// Other keys derive from it, so it inherits the constructors.
struct HeadsKeys : Keys {
  using Keys::Keys;
  Value<int64_t> heads{
      this,
      {.path = "heads", .fallback = 1, .minimum = 1, .maximum = 1024, .help = "number of heads"}};

  /// `width`, the value of the key `name`. Throws if the heads, which share it, do not divide it.
  int64_t shared(const char* name, int64_t width) const {
    if (width % heads == 0) return width;
    heads.refuse(heads, " does not divide ", name, " ", width, ", which the heads share");
  }
};

/// d_qk and d_v, which are d_model / heads unless they are given.
struct HeadWidthKeys : HeadsKeys {
  using HeadsKeys::HeadsKeys;
  Optional<int64_t> d_qk{this,
                         {.path = "d_qk",
                          .otherwise = "d_model / heads",
                          .minimum = 1,
                          .maximum = 16384,
                          .help = "width of the queries and keys of one head"}};
  Optional<int64_t> d_v{this,
                        {.path = "d_v",
                         .otherwise = "d_model / heads",
                         .minimum = 1,
                         .maximum = 16384,
                         .help = "width of the values of one head"}};

  int64_t width_of(const Optional<int64_t>& given, const char* name, int64_t d_model) const {
    if (given) return *given;
    if (d_model % heads != 0) {
      heads.refuse(heads, " does not divide d_model ", d_model, ", so ", name,
                   " has no default; set d_qk and d_v, or other heads");
    }
    return d_model / heads;
  }
};

struct HiddenSizeKeys : HeadsKeys {
  Optional<int64_t> hidden_size{this,
                                {.path = "hidden_size",
                                 .otherwise = "d_model",
                                 .minimum = 1,
                                 .maximum = 65536,
                                 .help = "width of all heads together"}};

  int64_t width(int64_t d_model) const {
    return hidden_size ? shared("hidden_size", *hidden_size) : shared("d_model", d_model);
  }
};

Key<bool> bias_key(bool fallback) {
  return {.path = "bias", .fallback = fallback, .help = "whether projections have a bias"};
}

Key<double> weights_dropout_key() {
  return {.path = "dropout",
          .fallback = 0.0,
          .minimum = 0.0,
          .maximum = 0.99,
          .help = "probability of dropping an attention weight in training"};
}

struct D2LKeys : HeadsKeys {
  Value<bool> bias{this, bias_key(false)};
  Value<double> dropout{this, weights_dropout_key()};
};

struct LabmlKeys : HeadsKeys {
  Value<bool> bias{this, bias_key(true)};
  Value<double> dropout{this, weights_dropout_key()};
};

struct MultiHeadKeys : HeadWidthKeys {
  AttentionPositions schemes;

  Optional<int64_t> n_kv_heads{
      this,
      {.path = "n_kv_heads",
       .otherwise = "heads",
       .minimum = 1,
       .maximum = 1024,
       .help = "number of heads of keys and values, shared by the query heads"}};
  Value<bool> bias{this, bias_key(true)};
  Value<bool> qk_norm{this,
                      {.path = "qk_norm",
                       .fallback = false,
                       .help = "divide each query and key by its root mean square"}};
  Chosen<AttentionPositions> positions{
      this,
      {.path = "positions",
       .fallback = "none",
       .help = "how scores depend on the distance of query and key"},
      schemes};
  Optional<int64_t> window{this,
                           {.path = "window",
                            .otherwise = "no limit",
                            .minimum = 0,
                            .maximum = 1 << 20,
                            .help = "maximum distance of a key"}};
  Value<double> dropout{this, weights_dropout_key()};
  Value<bool> recompute{this,
                        {.path = "recompute",
                         .fallback = false,
                         .help = "recompute scores in the backward pass instead of storing them"}};
};

struct RopeKeys : Keys {
  Value<double> base{this,
                     {.path = "rope_base",
                      .fallback = 10000.0,
                      .minimum = 0.0,
                      .exclusive_minimum = true,
                      .help = "base of the wavelengths"}};
};

struct DistanceKeys : Keys {
  Value<int64_t> max_distance{this,
                              {.path = "max_distance",
                               .fallback = 32,
                               .minimum = 1,
                               .maximum = 65536,
                               .help = "larger distances share a bias"}};
};

/// Throws if the key/value sequence has another width, for which this attention has no projection.
void check_one_width(const AttentionWidths& widths) {
  if (widths.D_1 == widths.D_2) return;
  throw KeyError("model.d_source",
                 "this attention requires equal widths of both sequences, d_model ", widths.D_1,
                 ": ", widths.D_2, "; remove it");
}

Bias bias_of(bool has_bias) {
  return has_bias ? Bias::learned : Bias::none;
}

RelativePositionsFactory make_rope(const RopeKeys& keys, int64_t, int64_t D_qk) {
  if (D_qk % 2 != 0) {
    throw KeyError("model.attention.positions", "rope rotates pairs, so d_qk must be even: ", D_qk);
  }
  return with_positions<RotaryPositions>(*keys.base);
}

AnyAttention make_my_mha(const HeadWidthKeys& keys, const Slot& slot,
                         const AttentionWidths& widths) {
  const int64_t D_qk = keys.width_of(keys.d_qk, "d_qk", widths.D_1);
  const int64_t D_v = keys.width_of(keys.d_v, "d_v", widths.D_1);
  return make_attention<MyMHA>(slot, widths.D_1, widths.D_2, D_qk, D_v, *keys.heads);
}

AnyAttention make_multi_head_attention(const MultiHeadKeys& keys, const Slot& slot,
                                       const AttentionWidths& widths) {
  if (keys.n_kv_heads && keys.heads % *keys.n_kv_heads != 0) {
    keys.n_kv_heads.refuse(*keys.n_kv_heads, " does not divide heads ", keys.heads);
  }
  const Bias biased = bias_of(keys.bias);
  const int64_t D_qk = keys.width_of(keys.d_qk, "d_qk", widths.D_1);
  return make_attention<MultiHeadAttention>(
      slot, MultiHeadAttentionConfig{.D_1 = widths.D_1,
                                     .H = keys.heads,
                                     .D_2 = widths.D_2,
                                     .D_qk = D_qk,
                                     .D_v = keys.width_of(keys.d_v, "d_v", widths.D_1),
                                     .n_kv_heads = keys.n_kv_heads,
                                     .query_bias = biased,
                                     .key_bias = biased,
                                     .value_bias = biased,
                                     .output_bias = biased,
                                     .window = keys.window,
                                     .qk_norm = keys.qk_norm,
                                     .relative_positions = keys.positions(keys.heads, D_qk),
                                     .dropout = keys.dropout,
                                     .recompute = keys.recompute});
}

void add_attentions_of_documents(Attentions& attentions) {
  attentions.add<HeadsKeys>(
      "my_multi_head_attention", "self-attention without masks; four projections with bias",
      [](const HeadsKeys& keys, const Slot& slot, const AttentionWidths& widths) {
        return make_attention<MyMultiHeadAttention>(slot, keys.shared("d_model", widths.D_1),
                                                    *keys.heads);
      });
  attentions.add<D2LKeys>("d2l_multi_head_attention",
                          "queries, keys and values of three widths, masks, dropout of the weights",
                          [](const D2LKeys& keys, const Slot& slot, const AttentionWidths& widths) {
                            return make_attention<D2LMultiHeadAttention>(
                                slot, widths.D_1, widths.D_2, widths.D_2,
                                keys.shared("d_model", widths.D_1), *keys.heads, *keys.dropout,
                                bias_of(keys.bias));
                          });
  attentions.add<HiddenSizeKeys>(
      "self_attention", "self-attention with masks; one packed projection",
      [](const HiddenSizeKeys& keys, const Slot& slot, const AttentionWidths& widths) {
        return make_attention<SelfAttention>(slot, widths.D_1, keys.width(widths.D_1), *keys.heads);
      });
  attentions.add<HiddenSizeKeys>(
      "cross_attention",
      "attention to a sequence of the same width, with masks; one packed projection",
      [](const HiddenSizeKeys& keys, const Slot& slot, const AttentionWidths& widths) {
        check_one_width(widths);
        return make_attention<CrossAttention>(slot, widths.D_1, keys.width(widths.D_1),
                                              *keys.heads);
      });
  attentions.add<LabmlKeys>(
      "labml_multi_head_attention",
      "attention to a sequence of the same width, length before batch; masks, dropout of the "
      "weights",
      [](const LabmlKeys& keys, const Slot& slot, const AttentionWidths& widths) {
        check_one_width(widths);
        return make_attention<LabmlMultiHeadAttention>(slot, *keys.heads,
                                                       keys.shared("d_model", widths.D_1),
                                                       *keys.dropout, bias_of(keys.bias));
      });
}

}  // namespace

AttentionPositions builtin_attention_positions() {
  AttentionPositions positions("attention_positions");
  positions.add("none", "no dependence",
                [](int64_t, int64_t) { return RelativePositionsFactory(); });
  positions.add<RopeKeys>("rope", "queries and keys are rotated by an angle for each position",
                          make_rope);
  positions.add("alibi", "a penalty proportional to distance, with a per-head slope",
                [](int64_t heads, int64_t) { return with_positions<AlibiPositions>(heads); });
  positions.add<DistanceKeys>("learned", "a learned bias for each distance and head",
                              [](const DistanceKeys& keys, int64_t heads, int64_t) {
                                return with_positions<LearnedDistances>(heads, *keys.max_distance);
                              });
  return positions;
}

Attentions builtin_attentions(const AttentionPositions& positions) {
  Attentions attentions("attentions");
  attentions.add<HeadWidthKeys>(
      "my_mha", "softmax(Q K^T / sqrt(d_qk)) V for each head, four projections; without masks",
      make_my_mha);
  attentions.add<MultiHeadKeys>(
      "multi_head_attention",
      "full-featured: masks, shared keys and values, relative positions, windows, dropout",
      make_multi_head_attention, positions);
  add_attentions_of_documents(attentions);
  attentions.add(
      "none", "zeros instead of attention: the negative control",
      [](const Slot& slot, const AttentionWidths&) { return make_attention<NoAttention>(slot); });
  return attentions;
}

}  // namespace heed
