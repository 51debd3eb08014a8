// Rows of the blocks that hold an attention.
#include "heed/modules/attention/my_mha.h"
#include "heed/modules/transformer_block.h"
#include "heed/tests/support/module_case.h"
#include "heed/tests/support/module_options.h"
#include "heed/tests/support/module_reference.h"
#include "heed/tests/support/reference_elementwise.h"
#include "heed/tests/support/reference_normalization.h"

namespace heed::testing {
namespace {

using reference::NdArray;

int64_t memory_width(const Attributes& with) {
  return with.maybe_integer("D_2").value_or(with.integer("d_model"));
}

BuiltModule build_block(const Attributes& with) {
  const TransformerBlockConfig config{.d_model = with.integer("d_model"),
                                      .d_ff = with.integer("d_ff"),
                                      .norm = norm_of(with, "norm"),
                                      .activation = activation_of(with, "activation"),
                                      .dropout = with.number("dropout")};
  const AttentionFactory attention = [&](const Slot& slot) {
    const auto call = [](MyMHA& m, const AttentionInputs& in) {
      return m(in.query, attended("MyMHA", in));
    };
    return make_attention<MyMHA>(slot, call, config.d_model, memory_width(with),
                                 with.integer("D_qk"), with.integer("D_v"), with.integer("H"));
  };
  const auto call = [](TransformerBlock& m, const Tensors& in) {
    return in[1].defined() ? m(in[0], in[1]) : m(in[0]);
  };
  return built<TransformerBlock>(call, config, attention);
}

/// Pre: x + f(norm(x)). Post: norm(x + f(x)). Dropout, at "dropout", on what f gives.
ModuleResult block_reference(const ModuleCall& c) {
  const double p = c.with.number("dropout");
  const bool pre = c.with.text("norm") == "pre";
  const auto norm = [&](const std::string& name, const NdArray& x) {
    const ModuleState state = c.state.below(name);
    return reference::layer_norm(x, {c.with.integer("d_model")}, state["weight"], state["bias"]);
  };
  const NdArray x = c.in[0];
  const NdArray query = pre ? norm("attention_norm", x) : x;
  const NdArray attended = my_mha_reference(c.state.below("attention"), query,
                                            c.in.maybe(1).value_or(query), c.with.integer("H"))
                               .output;
  NdArray y = reference::add(x, dropout_reference(attended, p, c.train, "dropout", 0));
  if (!pre) y = norm("attention_norm", y);
  const NdArray fed =
      feed_forward_reference(c.state.below("feed_forward"), pre ? norm("feed_forward_norm", y) : y,
                             c.with.text("activation"), p, c.train, "feed_forward");
  y = reference::add(y, dropout_reference(fed, p, c.train, "dropout", 1));
  return {pre ? y : norm("feed_forward_norm", y)};
}

/// Sizes of a small block; `more` overrides and adds.
Json block(const Json& more = Json::object()) {
  Json arguments = {{"d_model", 4}, {"d_ff", 5}, {"D_qk", 3}, {"D_v", 2}, {"H", 2}};
  arguments.update(more);
  return arguments;
}

ModuleCase transformer_block_row() {
  return {
      .name = "transformer_block",
      .inputs = {"x", "memory?"},
      .arguments = {integer("d_model"), integer("d_ff"), text("norm", "pre"),
                    text("activation", "gelu"), number("dropout", 0.0), integer("D_qk"),
                    integer("D_v"), integer("H"), integer("D_2", left_out)},
      .build = build_block,
      .reference = block_reference,
      .num_parameters =
          [](const Attributes& with) {
            const int64_t d = with.integer("d_model"), d_ff = with.integer("d_ff");
            const int64_t D_2 = memory_width(with), D_qk = with.integer("D_qk"),
                          D_v = with.integer("D_v");
            return 4 * d + 2 * d * d_ff + d + d_ff +
                   with.integer("H") * (d * D_qk + D_2 * D_qk + D_2 * D_v + D_v * d);
          },
      .samples = {{block(), {any({2, 3, 4})}},
                  {block({{"norm", "post"}, {"activation", "silu"}}), {any({2, 3, 4})}},
                  {block({{"D_2", 6}}), {any({2, 3, 4}), any({2, 5, 6})}},
                  {block({{"D_2", 6}, {"norm", "post"}}), {any({2, 3, 4}), any({2, 5, 6})}},
                  {block({{"dropout", 0.5}}), {any({2, 3, 4})}, true},
                  {block({{"dropout", 0.25}, {"norm", "post"}}), {any({2, 3, 4})}, true},
                  {block({{"dropout", 0.5}}), {any({2, 3, 4})}},
                  {block(), {any({1, 1, 4})}},
                  {block(), {any({0, 3, 4})}},
                  {.arguments = block({{"d_model", 32}, {"d_ff", 40}}),
                   .inputs = {any({4, 40, 32})},
                   .large = true}},
      .errors = {{block({{"d_model", 0}}), {}, "LayerNorm: width must be at least 1, got 0"},
                 {block({{"dropout", 2}}), {}, "Dropout: p must be in [0, 1], got 2"},
                 {block({{"norm", "both"}}),
                  {},
                  "attribute \"norm\" must be one of \"pre\", \"post\", not \"both\""},
                 {block(),
                  {any({2, 3, 4}), any({2, 5, 6})},
                  "MyMHA: expected [B L_2 D_2], got [2, 5, 6] where D_1 = 4, D_2 = 4, D_qk = 3, "
                  "D_v = 2, H = 2, B = 2, L_1 = 3, L_2 = 5 (in attention)"},
                 {block(),
                  {any({2, 3, 5})},
                  "layer_norm: normalized_shape [4] is not the tail of x's shape [2, 3, 5] "
                  "(in attention_norm)"}},
      .tolerance = {.f64 = 1e-12,
                    .f32 = 2e-5,
                    .gradient_f32 = 2e-5,
                    .reason = "two norms in a row divide by deviations"}};
}

}  // namespace

ModuleTable transformer_modules() {
  return {transformer_block_row()};
}

}  // namespace heed::testing
