// The attentions of documents other than MyMHA.
#include "heed/examples/cli/config/key_error.h"
#include "heed/examples/cli/model/attention_keys.h"
#include "heed/examples/cli/model/attentions.h"
#include "heed/examples/cli/training/registry.h"
#include "heed/modules/attention/any_attention.h"
#include "heed/modules/attention/documents/cross_attention.h"
#include "heed/modules/attention/documents/d2l_multi_head_attention.h"
#include "heed/modules/attention/documents/labml_multi_head_attention.h"
#include "heed/modules/attention/documents/my_multi_head_attention.h"
#include "heed/modules/attention/documents/self_attention.h"

namespace heed {
namespace {

using attention_keys::bias;
using attention_keys::heads;
using attention_keys::weights_dropout;

const Key<bool> d2l_bias{
    .path = "bias", .fallback = false, .help = "whether projections have a bias"};

const OptionalKey<int64_t> hidden_size{.path = "hidden_size",
                                       .otherwise = "d_model",
                                       .minimum = 1,
                                       .maximum = 65536,
                                       .help = "width of all heads together"};

/// Throws if `heads` does not divide the width that they share.
void check_divides(int64_t width, const char* name, const Section& options) {
  if (width % options[heads] == 0) return;
  throw KeyError("model.attention.heads", options[heads], " does not divide ", name, " ", width,
                 ", which the heads share");
}

/// Throws if the attended sequence has another width, for which this attention has no projection.
void check_one_width(const AttentionWidths& widths) {
  if (widths.D_1 == widths.D_2) return;
  throw KeyError("model.d_source", "this attention takes one width for both sequences, d_model ",
                 widths.D_1, ": ", widths.D_2, "; leave it out");
}

/// The width that the heads of Self- and CrossAttention share.
int64_t hidden_size_of(const AttentionWidths& widths, const Section& options) {
  const int64_t width = options[hidden_size].value_or(widths.D_1);
  check_divides(width, options[hidden_size] ? "hidden_size" : "d_model", options);
  return width;
}

void add_my_multi_head_attention(Registry& registry) {
  registry.add_attention(
      {"my_multi_head_attention",
       "of a sequence to itself, without masks; four projections with bias",
       {heads}},
      [](const Slot& slot, const AttentionWidths& widths, const Section& options) {
        check_divides(widths.D_1, "d_model", options);
        return make_attention<MyMultiHeadAttention>(slot, widths.D_1, options[heads]);
      });
}

void add_d2l_multi_head_attention(Registry& registry) {
  registry.add_attention(
      {"d2l_multi_head_attention",
       "queries, keys and values of three widths, masks, dropout of the weights",
       {heads, d2l_bias, weights_dropout}},
      [](const Slot& slot, const AttentionWidths& widths, const Section& options) {
        check_divides(widths.D_1, "d_model", options);
        return make_attention<D2LMultiHeadAttention>(
            slot, widths.D_1, widths.D_2, widths.D_2, widths.D_1, options[heads],
            options[weights_dropout], options[d2l_bias] ? Bias::learned : Bias::none);
      });
}

void add_self_attention(Registry& registry) {
  registry.add_attention(
      {"self_attention",
       "of a sequence to itself, with masks; one packed projection",
       {heads, hidden_size}},
      [](const Slot& slot, const AttentionWidths& widths, const Section& options) {
        return make_attention<SelfAttention>(slot, widths.D_1, hidden_size_of(widths, options),
                                             options[heads]);
      });
}

void add_cross_attention(Registry& registry) {
  registry.add_attention(
      {"cross_attention",
       "of a sequence to one as wide, with masks; one packed projection",
       {heads, hidden_size}},
      [](const Slot& slot, const AttentionWidths& widths, const Section& options) {
        check_one_width(widths);
        return make_attention<CrossAttention>(slot, widths.D_1, hidden_size_of(widths, options),
                                              options[heads]);
      });
}

void add_labml_multi_head_attention(Registry& registry) {
  registry.add_attention(
      {"labml_multi_head_attention",
       "of a sequence to one as wide, length before batch; masks, dropout of the weights",
       {heads, bias, weights_dropout}},
      [](const Slot& slot, const AttentionWidths& widths, const Section& options) {
        check_one_width(widths);
        check_divides(widths.D_1, "d_model", options);
        return make_attention<LabmlMultiHeadAttention>(slot, options[heads], widths.D_1,
                                                       options[weights_dropout],
                                                       options[bias] ? Bias::learned : Bias::none);
      });
}

}  // namespace

void add_attentions_of_documents(Registry& registry) {
  add_my_multi_head_attention(registry);
  add_d2l_multi_head_attention(registry);
  add_self_attention(registry);
  add_cross_attention(registry);
  add_labml_multi_head_attention(registry);
}

}  // namespace heed
