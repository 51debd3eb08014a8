#include "heed/examples/cli/attentions.h"

#include "heed/examples/cli/key_error.h"
#include "heed/examples/cli/registry.h"
#include "heed/framework/tensor/factories.h"
#include "heed/modules/attention/my_mha.h"

namespace heed {
namespace {

const Key<int64_t> heads{.path = "heads",
                         .fallback = 1,
                         .minimum = 1,
                         .maximum = 1024,
                         .help = "how many times it attends, side by side"};
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

struct NoAttention final : AttentionLayer {
  Tensor attend(const AttentionInputs& inputs) override { return zeros_like(inputs.query); }
};

}  // namespace

void add_my_mha(Registry& registry) {
  registry.add_attention(
      {"my_mha",
       "softmax(Q K^T / sqrt(d_qk)) V for each head, four projections",
       {heads, d_qk, d_v}},
      [](const Slot& slot, const AttentionWidths& widths, const Section& options) {
        const int64_t D_qk = head_width(d_qk, widths, options);
        const int64_t D_v = head_width(d_v, widths, options);
        return make_attention<MyMHA>(
            slot,
            [](MyMHA& attention, const AttentionInputs& inputs) {
              return attention(inputs.query, attended("my_mha", inputs));
            },
            widths.D_1, widths.D_2, D_qk, D_v, options[heads]);
      });
}

void add_no_attention(Registry& registry) {
  registry.add_attention({"none", "zeros instead of attention: the negative control", {}},
                         [](const Slot&, const AttentionWidths&, const Section&) {
                           return std::make_unique<NoAttention>();
                         });
}

}  // namespace heed
