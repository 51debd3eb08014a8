// Rows of PyTorch's attention and transformer layers: our modules, configured, called and (for
// requests) named as PyTorch's.
#include "heed/modules/transformer/block.h"
#include "heed/tests/modules/case/module_case.h"
#include "heed/tests/modules/module_options.h"
#include "heed/tests/modules/module_pytorch.h"
#include "heed/tests/modules/reference/transformer.h"

namespace heed::testing {
namespace {

using reference::NdArray;

MultiHeadAttentionConfig attention_config(const Attributes& with) {
  const Bias bias = bias_of(with, "bias");
  const int64_t E = with.integer("embed_dim");
  return {.D_1 = E,
          .H = with.integer("num_heads"),
          .D_2 = with.maybe_integer("kdim").value_or(E),
          .D_value = with.maybe_integer("vdim").value_or(E),
          .query_bias = bias,
          .key_bias = bias,
          .value_bias = bias,
          .output_bias = bias,
          .dropout = with.number("dropout")};
}

BuiltModule build_attention(const Attributes& with) {
  const auto m = std::make_shared<MultiHeadAttention>(Slot::root(), attention_config(with));
  const auto call = [m](const Tensors& in, const ModuleMasks& masks) {
    return (*m)(in[0], in[1], in[2], AttentionCall{.mask = masks.self});
  };
  const auto weights = [m](const Tensors& in, const ModuleMasks& masks) {
    Tensor found;
    (*m)(in[0], in[1], in[2], AttentionCall{.mask = masks.self, .weights = &found});
    return found;
  };
  return called(with, m, call, weights);
}

Json attention(const Json& more = Json::object()) {
  Json arguments = {{"embed_dim", 4}, {"num_heads", 2}};
  arguments.update(more);
  return arguments;
}

ModuleCase multihead_attention_row() {
  return {
      .name = "multihead_attention",
      .inputs = {"query", "key", "value"},
      .arguments = {integer("embed_dim"), integer("num_heads"), number("dropout", 0.0),
                    flag("bias", true), integer("kdim", left_out), integer("vdim", left_out),
                    flag("batch_first", true)},
      .build = build_attention,
      .reference = [](const ModuleCall& c) -> ModuleResult {
        const NaiveTransformer with{.H = c.with.integer("num_heads"),
                                    .pre = false,
                                    .attention_dropout = c.with.number("dropout"),
                                    .train = c.train};
        return multi_head_reference(with, c.state, "", {c.in[0], c.in[1], c.in[2]},
                                    {c.masks, "self"});
      },
      .num_parameters =
          [](const Attributes& with) {
            const int64_t E = with.integer("embed_dim");
            const int64_t kdim = with.maybe_integer("kdim").value_or(E);
            const int64_t vdim = with.maybe_integer("vdim").value_or(E);
            return E * (2 * E + kdim + vdim) + (with.flag("bias") ? 4 * E : 0);
          },
      .samples = {{attention(), {any({2, 3, 4}), any({2, 5, 4}), any({2, 5, 4})}},
                  {attention({{"bias", false}}), {any({2, 4, 4}), any({2, 3, 4}), any({2, 3, 4})}},
                  {attention({{"kdim", 3}, {"vdim", 5}}),
                   {any({2, 2, 4}), any({2, 3, 3}), any({2, 3, 5})}},
                  {attention({{"num_heads", 1}, {"kdim", 3}}),
                   {any({2, 2, 4}), any({2, 1, 3}), any({2, 1, 4})}},
                  {attention(), {any({0, 3, 4}), any({0, 5, 4}), any({0, 5, 4})}},
                  {attention(), {any({2, 3, 4}), any({2, 0, 4}), any({2, 0, 4})}},
                  {.arguments = attention({{"embed_dim", 32}, {"num_heads", 4}}),
                   .inputs = {any({4, 50, 32}), any({4, 60, 32}), any({4, 60, 32})},
                   .large = true}},
      .errors = {{attention({{"num_heads", 3}}),
                  {},
                  "MultiHeadAttention: H = 3 does not divide D_1 = 4; give D_qk"}},
      .attention = AttentionRoles{.keys = {1, 2}},
      .inert = {"W_K.bias"},
      .as_pytorch = true};
}

ModuleCase encoder_layer_row() {
  return {.name = "transformer_encoder_layer",
          .inputs = {"src"},
          .arguments = layer_arguments(),
          .build =
              [](const Attributes& with) {
                const auto m = std::make_shared<TransformerBlock>(Slot::root(), pytorch_block(with),
                                                                  pytorch_attention(with));
                return called(with, m, [m](const Tensors& in, const ModuleMasks& masks) {
                  return (*m)(in[0], BlockCall{.mask = masks.self});
                });
              },
          .reference = [](const ModuleCall& c) -> ModuleResult {
            const NdArray y = block_reference(pytorch_naive(c), c.state, "",
                                              batch_first(c, c.in[0]), {}, {c.masks, "self"});
            return {batch_first(c, y)};
          },
          .num_parameters = [](const Attributes& with) { return layer_parameters(with, 1); },
          .samples = {{layer(), {any({2, 3, 4})}},
                      {layer({{"norm_first", true}, {"activation", "gelu"}}), {any({2, 3, 4})}},
                      {layer({{"bias", false}, {"layer_norm_eps", 0.5}}), {any({2, 3, 4})}},
                      {layer({{"dropout", 0.5}}), {any({2, 3, 4})}, true},
                      {.arguments = layer({{"batch_first", false}, {"activation", "gelu"}}),
                       .inputs = {any({3, 2, 4})},
                       .masks = Json::array({causal(), keep({{1, 1, 0}, {1, 0, 1}})})},
                      {layer(), {any({1, 1, 4})}},
                      {layer(), {any({0, 3, 4})}},
                      {.arguments = layer({{"d_model", 32}, {"dim_feedforward", 40}}),
                       .inputs = {any({4, 40, 32})},
                       .large = true}},
          .errors = {{layer({{"activation", "silu"}}),
                      {},
                      "attribute \"activation\" must be one of \"relu\", \"gelu\", not \"silu\""},
                     {layer(),
                      {any({2, 3, 5})},
                      "TransformerBlock: expected [B L_1 D_1], got [2, 3, 5] where D_1 = 4, B = 2, "
                      "L_1 = 3 (in TransformerBlock)"}},
          .inert = {"attention.W_K.bias"},
          .tolerance = norms_in_a_row(),
          .as_pytorch = true};
}

ModuleCase decoder_layer_row() {
  return {.name = "transformer_decoder_layer",
          .inputs = {"tgt", "memory"},
          .arguments = layer_arguments(),
          .build =
              [](const Attributes& with) {
                const auto m = std::make_shared<TransformerBlock>(Slot::root(), pytorch_block(with),
                                                                  pytorch_attention(with),
                                                                  pytorch_attention(with));
                return called(with, m, [m](const Tensors& in, const ModuleMasks& masks) {
                  return (*m)(in[0], BlockCall{in[1], masks.self, masks.cross});
                });
              },
          .reference = [](const ModuleCall& c) -> ModuleResult {
            const NaiveMask cross(c.masks, "cross");
            return {block_reference(pytorch_naive(c), c.state, "", c.in[0], c.in[1],
                                    {c.masks, "self"}, &cross)};
          },
          .num_parameters = [](const Attributes& with) { return layer_parameters(with, 2); },
          .samples = {{layer(), {any({2, 2, 4}), any({2, 3, 4})}},
                      {.arguments = layer({{"norm_first", true}, {"activation", "gelu"}}),
                       .inputs = {any({2, 3, 4}), any({2, 2, 4})},
                       .masks = Json::array({causal(), keep({{1, 1}, {0, 1}}, "cross")})},
                      {layer({{"dropout", 0.5}}), {any({2, 2, 4}), any({2, 3, 4})}, true},
                      {layer({{"bias", false}}), {any({1, 1, 4}), any({1, 2, 4})}},
                      {layer(), {any({0, 3, 4}), any({0, 2, 4})}},
                      {.arguments = layer({{"d_model", 32}, {"dim_feedforward", 40}}),
                       .inputs = {any({4, 40, 32}), any({4, 30, 32})},
                       .large = true}},
          .errors = {{layer({{"d_model", 0}}), {}, "LayerNorm: width must be at least 1, got 0"}},
          .inert = {"attention.W_K.bias", "cross_attention.W_K.bias"},
          .tolerance = norms_in_a_row(),
          .mask_places = {"self", "cross"},
          .as_pytorch = true};
}

}  // namespace

ModuleTable pytorch_layers_modules() {
  return {multihead_attention_row(), encoder_layer_row(), decoder_layer_row()};
}

}  // namespace heed::testing
