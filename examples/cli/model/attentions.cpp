#include "heed/examples/cli/model/attentions.h"

#include <map>

#include "heed/examples/cli/config/key_error.h"
#include "heed/examples/cli/training/registry.h"
#include "heed/modules/attention/any_attention.h"
#include "heed/modules/attention/documents/cross_attention.h"
#include "heed/modules/attention/documents/d2l_multi_head_attention.h"
#include "heed/modules/attention/documents/labml_multi_head_attention.h"
#include "heed/modules/attention/documents/my_multi_head_attention.h"
#include "heed/modules/attention/documents/self_attention.h"
#include "heed/modules/attention/my_mha.h"
#include "heed/modules/attention/no_attention.h"

namespace heed {
namespace {

const Key<int64_t> heads{
    .path = "heads", .fallback = 1, .minimum = 1, .maximum = 1024, .help = "number of heads"};
const Key<bool> bias{.path = "bias", .fallback = true, .help = "whether projections have a bias"};
const Key<bool> d2l_bias{
    .path = "bias", .fallback = false, .help = "whether projections have a bias"};
const Key<double> weights_dropout{.path = "dropout",
                                  .fallback = 0.0,
                                  .minimum = 0.0,
                                  .maximum = 0.99,
                                  .help = "probability that a weight is dropped in training"};
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
const OptionalKey<int64_t> hidden_size{.path = "hidden_size",
                                       .otherwise = "d_model",
                                       .minimum = 1,
                                       .maximum = 65536,
                                       .help = "width of all heads together"};
const OptionalKey<int64_t> n_kv_heads{.path = "n_kv_heads",
                                      .otherwise = "heads",
                                      .minimum = 1,
                                      .maximum = 1024,
                                      .help = "heads of keys and values, shared by the others"};
const Key<std::string> scheme{.path = "positions",
                              .fallback = "none",
                              .choices = {"none", "rope", "alibi", "learned"},
                              .help = "how scores depend on the distance of query and key"};
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
                                  .help = "maximum distance of a key"};
const Key<bool> recompute{.path = "recompute",
                          .fallback = false,
                          .help = "compute scores again in backward instead of keeping them"};

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

/// `width`, the value of the key `name`. Throws if the heads, which share it, do not divide it.
int64_t shared_by_heads(const char* name, int64_t width, const Section& options) {
  if (width % options[heads] == 0) return width;
  throw KeyError("model.attention.heads", options[heads], " does not divide ", name, " ", width,
                 ", which the heads share");
}

int64_t shared_width(const AttentionWidths& widths, const Section& options) {
  return shared_by_heads("d_model", widths.D_1, options);
}

int64_t shared_hidden_size(const AttentionWidths& widths, const Section& options) {
  const auto given = options[hidden_size];
  return given ? shared_by_heads("hidden_size", *given, options) : shared_width(widths, options);
}

/// Throws if the attended sequence has another width, for which this attention has no projection.
void check_one_width(const AttentionWidths& widths) {
  if (widths.D_1 == widths.D_2) return;
  throw KeyError("model.d_source", "this attention takes one width for both sequences, d_model ",
                 widths.D_1, ": ", widths.D_2, "; leave it out");
}

Bias bias_of(bool has_bias) {
  return has_bias ? Bias::learned : Bias::none;
}

/// Throws if a key of one scheme is set beside another.
template <class T>
void refuse_beside(const OptionalKey<T>& key, const char* owner, const Section& options) {
  if (!options[key] || options[scheme] == owner) return;
  throw KeyError("model.attention." + key.path, "means nothing with positions \"", options[scheme],
                 "\"; leave it out");
}

RelativePositionsFactory no_positions(const Section&, int64_t) {
  return {};
}

RelativePositionsFactory rope(const Section& options, int64_t D_qk) {
  if (D_qk % 2 != 0) {
    throw KeyError("model.attention.positions", "rope turns pairs, so d_qk must be even: ", D_qk);
  }
  return with_positions<RotaryPositions>(options[rope_base].value_or(10000));
}

RelativePositionsFactory alibi(const Section& options, int64_t) {
  return with_positions<AlibiPositions>(options[heads]);
}

RelativePositionsFactory learned_distances(const Section& options, int64_t) {
  return with_positions<LearnedDistances>(options[heads], options[max_distance].value_or(32));
}

/// How keys become a scheme of relative positions, by its name.
const std::map<std::string, RelativePositionsFactory (*)(const Section& options, int64_t D_qk)>
    schemes{
        {"none", no_positions}, {"rope", rope}, {"alibi", alibi}, {"learned", learned_distances}};

RelativePositionsFactory relative_positions_of(const Section& options, int64_t D_qk) {
  refuse_beside(max_distance, "learned", options);
  refuse_beside(rope_base, "rope", options);
  return schemes.at(options[scheme])(options, D_qk);
}

AnyAttention multi_head_attention(const Slot& slot, const AttentionWidths& widths,
                                  const Section& options) {
  if (options[n_kv_heads] && options[heads] % *options[n_kv_heads] != 0) {
    throw KeyError("model.attention.n_kv_heads", *options[n_kv_heads], " does not divide heads ",
                   options[heads]);
  }
  const Bias biased = bias_of(options[bias]);
  const int64_t D_qk = head_width(d_qk, widths, options);
  return make_attention<MultiHeadAttention>(
      slot, MultiHeadAttentionConfig{.D_1 = widths.D_1,
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
}

}  // namespace

void add_my_mha(Registry& registry) {
  registry.add_attention(
      {"my_mha",
       "softmax(Q K^T / sqrt(d_qk)) V for each head, four projections; without masks",
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
      multi_head_attention);
}

void add_attentions_of_documents(Registry& registry) {
  registry.add_attention(
      {"my_multi_head_attention",
       "self-attention without masks; four projections with bias",
       {heads}},
      [](const Slot& slot, const AttentionWidths& widths, const Section& options) {
        return make_attention<MyMultiHeadAttention>(slot, shared_width(widths, options),
                                                    options[heads]);
      });
  registry.add_attention(
      {"d2l_multi_head_attention",
       "queries, keys and values of three widths, masks, dropout of the weights",
       {heads, d2l_bias, weights_dropout}},
      [](const Slot& slot, const AttentionWidths& widths, const Section& options) {
        return make_attention<D2LMultiHeadAttention>(
            slot, widths.D_1, widths.D_2, widths.D_2, shared_width(widths, options), options[heads],
            options[weights_dropout], bias_of(options[d2l_bias]));
      });
  registry.add_attention(
      {"self_attention", "self-attention with masks; one packed projection", {heads, hidden_size}},
      [](const Slot& slot, const AttentionWidths& widths, const Section& options) {
        return make_attention<SelfAttention>(slot, widths.D_1, shared_hidden_size(widths, options),
                                             options[heads]);
      });
  registry.add_attention(
      {"cross_attention",
       "attention to a sequence of the same width, with masks; one packed projection",
       {heads, hidden_size}},
      [](const Slot& slot, const AttentionWidths& widths, const Section& options) {
        check_one_width(widths);
        return make_attention<CrossAttention>(slot, widths.D_1, shared_hidden_size(widths, options),
                                              options[heads]);
      });
  registry.add_attention(
      {"labml_multi_head_attention",
       "attention to a sequence of the same width, length before batch; masks, dropout of the "
       "weights",
       {heads, bias, weights_dropout}},
      [](const Slot& slot, const AttentionWidths& widths, const Section& options) {
        check_one_width(widths);
        return make_attention<LabmlMultiHeadAttention>(
            slot, options[heads], shared_width(widths, options), options[weights_dropout],
            bias_of(options[bias]));
      });
}

void add_no_attention(Registry& registry) {
  registry.add_attention({"none", "zeros instead of attention: the negative control", {}},
                         [](const Slot& slot, const AttentionWidths&, const Section&) {
                           return make_attention<NoAttention>(slot);
                         });
}

}  // namespace heed
