// Rows of modules/transformer/block.h.
#include "heed/modules/transformer/block.h"
#include "heed/tests/modules/case/module_case.h"
#include "heed/tests/modules/module_options.h"
#include "heed/tests/modules/reference/layers.h"
#include "heed/tests/modules/reference/transformer.h"

namespace heed::testing {
namespace {

int64_t memory_width(const Attributes& with) {
  return with.maybe_integer("D_2").value_or(with.integer("d_model"));
}

std::vector<Attribute> block_arguments() {
  return {integer("d_model"),
          integer("d_ff"),
          text("norm", "pre"),
          text("norm_kind", "layer_norm"),
          number("norm_eps", 1e-5),
          text("activation", "gelu"),
          number("dropout", 0.0),
          flag("bias", true),
          integer("D_qk"),
          integer("D_v"),
          integer("H"),
          integer("D_2", left_out)};
}

TransformerBlockConfig config_of(const Attributes& with) {
  return {.d_model = with.integer("d_model"),
          .d_ff = with.integer("d_ff"),
          .norm_placement = norm_placement_of(with, "norm"),
          .norm = norm_of(with, "norm_kind"),
          .activation = activation_of(with, "activation"),
          .dropout = with.number("dropout"),
          .norm_eps = with.number("norm_eps"),
          .bias = bias_of(with, "bias")};
}

NaiveTransformer naive(const ModuleCall& c) {
  return {.H = c.with.integer("H"),
          .pre = c.with.text("norm") == "pre",
          .activation = c.with.text("activation"),
          .rms = c.with.text("norm_kind") == "rms_norm",
          .eps = c.with.number("norm_eps"),
          .dropout = c.with.number("dropout"),
          .train = c.train};
}

/// An attention without biases, like MyMHA's, that takes masks.
AttentionFactory attention_of(const Attributes& with, int64_t D_2) {
  const MultiHeadAttentionConfig config{.D_1 = with.integer("d_model"),
                                        .H = with.integer("H"),
                                        .D_2 = D_2,
                                        .D_qk = with.integer("D_qk"),
                                        .D_v = with.integer("D_v"),
                                        .query_bias = Bias::none,
                                        .key_bias = Bias::none,
                                        .value_bias = Bias::none,
                                        .output_bias = Bias::none};
  return [config](const Slot& slot) { return make_attention<MultiHeadAttention>(slot, config); };
}

int64_t attention_parameters(const Attributes& with, int64_t D_2) {
  const int64_t d = with.integer("d_model"), D_qk = with.integer("D_qk"), D_v = with.integer("D_v");
  return with.integer("H") * (d * D_qk + D_2 * D_qk + D_2 * D_v + D_v * d);
}

int64_t block_norm_parameters(const Attributes& with) {
  const bool shifted = with.text("norm_kind") == "layer_norm" && with.flag("bias");
  return with.integer("d_model") * (shifted ? 2 : 1);
}

int64_t inner_parameters(const Attributes& with) {
  return feed_forward_parameters(with.integer("d_model"), with.integer("d_ff"),
                                 with.text("activation"), with.flag("bias"));
}

/// Sizes of a small block; `more` overrides and adds.
Json block(const Json& more = Json::object()) {
  Json arguments = {{"d_model", 4}, {"d_ff", 5}, {"D_qk", 3}, {"D_v", 2}, {"H", 2}};
  arguments.update(more);
  return arguments;
}

Json lengths_mask(const std::vector<int>& values, const char* on = "self") {
  const Json tensor = {{"dtype", "i64"}, {"shape", {values.size()}}, {"data", values}};
  return {{"type", "lengths"}, {"mask", tensor}, {"on", on}};
}

Tolerance two_norms() {
  return {.f64 = 1e-12,
          .f32 = 2e-5,
          .gradient_f32 = 2e-5,
          .reason = "norms in a row divide by deviations"};
}

BuiltModule build_block(const Attributes& with) {
  const auto m = std::make_shared<TransformerBlock>(Slot::root(), config_of(with),
                                                    attention_of(with, memory_width(with)));
  const auto call = [m](const Tensors& in, const ModuleMasks& masks) {
    return in[1].defined() ? (*m)(in[0], BlockCall{.memory = in[1], .memory_mask = masks.self})
                           : (*m)(in[0], BlockCall{.mask = masks.self});
  };
  return {m, [call](const Tensors& in) { return call(in, {}); }, {}, call};
}

ModuleCase transformer_block_row() {
  return {
      .name = "transformer_block",
      .inputs = {"x", "memory?"},
      .arguments = block_arguments(),
      .build = build_block,
      .reference = [](const ModuleCall& c) -> ModuleResult {
        return {block_reference(naive(c), c.state, "", c.in[0], c.in.maybe(1), {c.masks, "self"})};
      },
      .num_parameters =
          [](const Attributes& with) {
            return 2 * block_norm_parameters(with) + inner_parameters(with) +
                   attention_parameters(with, memory_width(with));
          },
      .samples = {{block(), {any({2, 3, 4})}},
                  {block({{"norm", "post"}, {"activation", "silu"}}), {any({2, 3, 4})}},
                  {block({{"D_2", 6}}), {any({2, 3, 4}), any({2, 5, 6})}},
                  {block({{"D_2", 6}, {"norm", "post"}}), {any({2, 3, 4}), any({2, 5, 6})}},
                  {block({{"dropout", 0.5}}), {any({2, 3, 4})}, true},
                  {block({{"dropout", 0.25}, {"norm", "post"}}), {any({2, 3, 4})}, true},
                  {block({{"dropout", 0.5}}), {any({2, 3, 4})}},
                  {block({{"norm_kind", "rms_norm"}, {"activation", "swiglu"}}), {any({2, 3, 4})}},
                  {block({{"norm_kind", "rms_norm"}, {"norm", "post"}, {"norm_eps", 0.25}}),
                   {any({2, 3, 4})}},
                  {block({{"bias", false}}), {any({2, 3, 4})}},
                  {.arguments = block(),
                   .inputs = {any({2, 3, 4})},
                   .masks = Json::array({{{"type", "causal"}}})},
                  // The first row of the batch has nothing to attend to.
                  {.arguments = block({{"D_2", 6}, {"norm", "post"}}),
                   .inputs = {any({2, 3, 4}), any({2, 5, 6})},
                   .masks = Json::array({lengths_mask({0, 4})})},
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
                  "MultiHeadAttention: expected [B L_2 D_2], got [2, 5, 6] where D_1 = 4, D_2 = 4, "
                  "D_value = 4, D_out = 4, D_qk = 3, D_v = 2, H = 2, n_kv_heads = 2, B = 2, "
                  "L_1 = 3, L_2 = 5 (in attention)"},
                 {block(),
                  {any({2, 3, 5})},
                  "TransformerBlock: expected [B L_1 D_1], got [2, 3, 5] where D_1 = 4, B = 2, "
                  "L_1 = 3 (in TransformerBlock)"}},
      .tolerance = two_norms()};
}

BuiltModule build_decoder(const Attributes& with) {
  const auto m = std::make_shared<TransformerBlock>(Slot::root(), config_of(with),
                                                    attention_of(with, with.integer("d_model")),
                                                    attention_of(with, memory_width(with)));
  const auto call = [m](const Tensors& in, const ModuleMasks& masks) {
    return (*m)(in[0], BlockCall{in[1], masks.self, masks.cross});
  };
  return {m, [call](const Tensors& in) { return call(in, {}); }, {}, call};
}

ModuleCase decoder_block_row() {
  return {
      .name = "decoder_block",
      .inputs = {"x", "memory"},
      .arguments = block_arguments(),
      .build = build_decoder,
      .reference = [](const ModuleCall& c) -> ModuleResult {
        const NaiveMask cross(c.masks, "cross");
        return {
            block_reference(naive(c), c.state, "", c.in[0], c.in[1], {c.masks, "self"}, &cross)};
      },
      .num_parameters =
          [](const Attributes& with) {
            return 3 * block_norm_parameters(with) + inner_parameters(with) +
                   attention_parameters(with, with.integer("d_model")) +
                   attention_parameters(with, memory_width(with));
          },
      .samples =
          {{block({{"D_2", 3}}), {any({2, 3, 4}), any({2, 2, 3})}},
           {block({{"norm", "post"}, {"activation", "relu"}}), {any({2, 2, 4}), any({2, 3, 4})}},
           {block({{"norm_kind", "rms_norm"}, {"activation", "swiglu"}, {"bias", false}}),
            {any({2, 2, 4}), any({2, 3, 4})}},
           {block({{"dropout", 0.5}}), {any({2, 3, 4}), any({2, 2, 4})}, true},
           {block({{"dropout", 0.25}, {"norm", "post"}}), {any({2, 3, 4}), any({2, 2, 4})}, true},
           {.arguments = block({{"norm", "post"}}),
            .inputs = {any({2, 3, 4}), any({2, 4, 4})},
            .masks = Json::array({{{"type", "causal"}}, lengths_mask({3, 2}, "cross")})},
           // Nothing of the second row's memory is there.
           {.arguments = block(),
            .inputs = {any({2, 3, 4}), any({2, 2, 4})},
            .masks =
                Json::array({{{"type", "window"}, {"width", 1}}, lengths_mask({2, 0}, "cross")})},
           {block(), {any({1, 1, 4}), any({1, 1, 4})}},
           {block(), {any({0, 3, 4}), any({0, 2, 4})}},
           {block(), {any({2, 3, 4}), any({2, 0, 4})}},
           {.arguments = block({{"d_model", 32}, {"d_ff", 40}}),
            .inputs = {any({4, 40, 32}), any({4, 30, 32})},
            .large = true}},
      .errors = {{block({{"d_model", 0}}), {}, "LayerNorm: width must be at least 1, got 0"},
                 {block({{"norm_kind", "batch_norm"}}),
                  {},
                  "attribute \"norm_kind\" must be one of \"layer_norm\", \"rms_norm\", not "
                  "\"batch_norm\""},
                 {block(),
                  {any({2, 3, 4}), any({3, 2, 4})},
                  "TransformerBlock: expected [B L_2 D_2], got [3, 2, 4] where D_1 = 4, B = 2, "
                  "L_1 = 3 (in TransformerBlock)"}},
      .tolerance = two_norms(),
      .mask_places = {"self", "cross"}};
}

}  // namespace

ModuleTable block_modules() {
  return {transformer_block_row(), decoder_block_row()};
}

}  // namespace heed::testing
