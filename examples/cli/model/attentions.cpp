#include "heed/examples/cli/model/attentions.h"

#include "heed/examples/cli/config/key_error.h"
#include "heed/examples/cli/model/attention_keys.h"
#include "heed/examples/cli/training/registry.h"
#include "heed/modules/attention/any_attention.h"
#include "heed/modules/attention/my_mha.h"
#include "heed/modules/attention/no_attention.h"

namespace heed {
namespace {

using attention_keys::bias;
using attention_keys::heads;
using attention_keys::weights_dropout;

const OptionalKey<int64_t> d_qk{.path = "d_qk",
                                .otherwise = "d_model / heads",
                                .minimum = 1,
                                .maximum = 16384,
                                .help = "width of the queries and keys of one head"};
const OptionalKey<int64_t> d_v{.path = "d_v",
                               .otherwise = "d_model / heads",
                               .minimum = 1,
                               .maximum = 16384,
                               .help = "width of the values of one head"};

/// The width of one head, d_model / heads unless it is given.
int64_t head_width(const OptionalKey<int64_t>& key, const AttentionWidths& widths,
                   const Section& options) {
  if (const auto given = options[key]) return *given;
  if (widths.D_1 % options[heads] != 0) {
    throw KeyError("model.attention.heads", options[heads], " does not divide d_model ", widths.D_1,
                   ", so ", key.path, " has no default; set d_qk and d_v, or other heads");
  }
  return widths.D_1 / options[heads];
}

const OptionalKey<int64_t> n_kv_heads{.path = "n_kv_heads",
                                      .otherwise = "heads",
                                      .minimum = 1,
                                      .maximum = 1024,
                                      .help = "heads of keys and values, shared by the others"};
const Key<std::string> scheme{.path = "positions",
                              .fallback = "none",
                              .choices = {"none", "rope", "alibi", "learned"},
                              .help = "how scores know the distance of query and key"};
const OptionalKey<int64_t> max_distance{
    .path = "max_distance",
    .otherwise = "32",
    .minimum = 1,
    .maximum = 65536,
    .help = "of learned positions: farther distances share a bias"};
const OptionalKey<double> rope_base{.path = "rope_base",
                                    .otherwise = "10000",
                                    .minimum = 0.0,
                                    .exclusive_minimum = true,
                                    .help = "of rope: the larger, the slower the slowest turns"};
const OptionalKey<int64_t> window{.path = "window",
                                  .otherwise = "no limit",
                                  .minimum = 0,
                                  .maximum = 1 << 20,
                                  .help = "how far away a key may be"};
const Key<bool> recompute{.path = "recompute",
                          .fallback = false,
                          .help = "compute scores again in backward instead of keeping them"};

/// Throws if a key of one scheme is set beside another.
template <class T>
void refuse_beside(const OptionalKey<T>& key, const char* owner, const Section& options) {
  if (!options[key] || options[scheme] == owner) return;
  throw KeyError("model.attention." + key.path, "means nothing with positions \"", options[scheme],
                 "\"; leave it out");
}

RelativePositionsFactory relative_positions_of(const Section& options, int64_t D_qk) {
  refuse_beside(max_distance, "learned", options);
  refuse_beside(rope_base, "rope", options);
  if (options[scheme] == "rope") {
    if (D_qk % 2 != 0) {
      throw KeyError("model.attention.positions", "rope turns pairs, so d_qk must be even: ", D_qk);
    }
    return with_positions<RotaryPositions>(options[rope_base].value_or(10000));
  }
  if (options[scheme] == "alibi") return with_positions<AlibiPositions>(options[heads]);
  if (options[scheme] == "learned") {
    return with_positions<LearnedDistances>(options[heads], options[max_distance].value_or(32));
  }
  return {};
}

}  // namespace

void add_my_mha(Registry& registry) {
  registry.add_attention(
      {"my_mha",
       "softmax(Q K^T / sqrt(d_qk)) V for each head, four projections; does not support masks",
       {heads, d_qk, d_v}},
      [](const Slot& slot, const AttentionWidths& widths, const Section& options) {
        const int64_t D_qk = head_width(d_qk, widths, options);
        const int64_t D_v = head_width(d_v, widths, options);
        return make_attention<MyMHA>(slot, widths.D_1, widths.D_2, D_qk, D_v, options[heads]);
      });
}

void add_multi_head_attention(Registry& registry) {
  registry.add_attention(
      {"multi_head_attention",
       "the full one: masks, shared keys and values, relative positions, windows, dropout",
       {heads, d_qk, d_v, n_kv_heads, bias, scheme, max_distance, rope_base, window,
        weights_dropout, recompute}},
      [](const Slot& slot, const AttentionWidths& widths, const Section& options) {
        if (options[n_kv_heads] && options[heads] % *options[n_kv_heads] != 0) {
          throw KeyError("model.attention.n_kv_heads", *options[n_kv_heads],
                         " does not divide heads ", options[heads]);
        }
        const Bias biased = options[bias] ? Bias::learned : Bias::none;
        const int64_t D_qk = head_width(d_qk, widths, options);
        return make_attention<MultiHeadAttention>(
            slot,
            MultiHeadAttentionConfig{.D_1 = widths.D_1,
                                     .H = options[heads],
                                     .D_2 = widths.D_2,
                                     .D_qk = D_qk,
                                     .D_v = head_width(d_v, widths, options),
                                     .n_kv_heads = options[n_kv_heads],
                                     .query_bias = biased,
                                     .key_bias = biased,
                                     .value_bias = biased,
                                     .output_bias = biased,
                                     .window = options[window],
                                     .relative_positions = relative_positions_of(options, D_qk),
                                     .dropout = options[weights_dropout],
                                     .recompute = options[recompute]});
      });
}

void add_no_attention(Registry& registry) {
  registry.add_attention({"none", "zeros instead of attention: the negative control", {}},
                         [](const Slot& slot, const AttentionWidths&, const Section&) {
                           return make_attention<NoAttention>(slot);
                         });
}

}  // namespace heed
