// Rows of PyTorch's stacks of layers: our stacks, configured, called and (for requests) named as
// PyTorch's.
#include "heed/modules/transformer/stack.h"
#include "heed/tests/modules/case/module_case.h"
#include "heed/tests/modules/module_options.h"
#include "heed/tests/modules/module_pytorch.h"

namespace heed::testing {
namespace {

using reference::NdArray;

/// A request must not be able to ask for more layers than fit.
TransformerConfig stack_config(const Attributes& with, const char* layers, bool final_norm) {
  const int64_t count = with.integer(layers);
  if (count > 1000) throw RequestError(text_of(layers, " must be at most 1000, got ", count));
  return {.block = pytorch_block(with), .layers = count, .final_norm = final_norm};
}

std::vector<Attribute> stack_arguments() {
  return layer_arguments({integer("num_layers"), flag("final_norm", false)});
}

int64_t stack_parameters(const Attributes& with, int64_t attentions) {
  return with.integer("num_layers") * layer_parameters(with, attentions) +
         (with.flag("final_norm") ? norm_parameters(with) : 0);
}

Json stack_of(const Json& more = Json::object()) {
  Json arguments = layer({{"num_layers", 2}});
  arguments.update(more);
  return arguments;
}

ModuleCase encoder_row() {
  return {
      .name = "transformer_encoder",
      .inputs = {"src"},
      .arguments = stack_arguments(),
      .build =
          [](const Attributes& with) {
            const TransformerConfig config =
                stack_config(with, "num_layers", with.flag("final_norm"));
            const auto m =
                std::make_shared<TransformerStack>(Slot::root(), config, pytorch_attention(with));
            return called(with, m, [m](const Tensors& in, const ModuleMasks& masks) {
              return (*m)(in[0], StackCall{.mask = masks.self});
            });
          },
      .reference = [](const ModuleCall& c) -> ModuleResult {
        return {batch_first(c, stack_reference(pytorch_naive(c), c.state, "",
                                               batch_first(c, c.in[0]), {}, {c.masks, "self"}))};
      },
      .num_parameters = [](const Attributes& with) { return stack_parameters(with, 1); },
      .samples = {{stack_of({{"norm_first", true}, {"final_norm", true}}), {any({2, 2, 4})}},
                  {.arguments = stack_of({{"activation", "gelu"}, {"batch_first", false}}),
                   .inputs = {any({3, 2, 4})},
                   .masks = Json::array({causal(), keep({{1, 1, 0}, {1, 0, 1}})})},
                  {stack_of({{"dropout", 0.5}}), {any({2, 2, 4})}, true},
                  {stack_of({{"num_layers", 1}}), {any({1, 1, 4})}},
                  {stack_of({{"num_layers", 1}}), {any({0, 3, 4})}},
                  {.arguments = stack_of({{"d_model", 32}, {"dim_feedforward", 40}}),
                   .inputs = {any({4, 40, 32})},
                   .large = true}},
      .errors = {{stack_of({{"num_layers", 0}}),
                  {},
                  "TransformerStack: layers must be at least 1, got 0"},
                 {stack_of({{"num_layers", 1001}}),
                  {},
                  "num_layers must be at most 1000, got 1001"}},
      .inert = {"blocks.0.attention.W_K.bias", "blocks.1.attention.W_K.bias"},
      .tolerance = norms_in_a_row(),
      .as_pytorch = true};
}

ModuleCase decoder_row() {
  return {.name = "transformer_decoder",
          .inputs = {"tgt", "memory"},
          .arguments = stack_arguments(),
          .build =
              [](const Attributes& with) {
                const TransformerConfig config =
                    stack_config(with, "num_layers", with.flag("final_norm"));
                const auto m = std::make_shared<TransformerStack>(
                    Slot::root(), config, pytorch_attention(with), pytorch_attention(with));
                return called(with, m, [m](const Tensors& in, const ModuleMasks& masks) {
                  return (*m)(in[0], StackCall{in[1], masks.self, masks.cross});
                });
              },
          .reference = [](const ModuleCall& c) -> ModuleResult {
            const NaiveMask cross(c.masks, "cross");
            return {stack_reference(pytorch_naive(c), c.state, "", c.in[0], c.in[1],
                                    {c.masks, "self"}, &cross)};
          },
          .num_parameters = [](const Attributes& with) { return stack_parameters(with, 2); },
          .samples = {{.arguments = stack_of({{"norm_first", true}, {"final_norm", true}}),
                       .inputs = {any({2, 3, 4}), any({2, 2, 4})},
                       .masks = Json::array({causal(), keep({{1, 1}, {0, 1}}, "cross")})},
                      {stack_of({{"dropout", 0.25}}), {any({2, 2, 4}), any({2, 3, 4})}, true},
                      {stack_of({{"num_layers", 1}}), {any({1, 1, 4}), any({1, 1, 4})}},
                      {stack_of({{"num_layers", 1}}), {any({0, 3, 4}), any({0, 2, 4})}},
                      {.arguments = stack_of({{"d_model", 32}, {"dim_feedforward", 40}}),
                       .inputs = {any({4, 40, 32}), any({4, 30, 32})},
                       .large = true}},
          .errors = {{stack_of({{"num_layers", -1}}),
                      {},
                      "TransformerStack: layers must be at least 1, got -1"}},
          .inert = {"blocks.0.attention.W_K.bias", "blocks.0.cross_attention.W_K.bias",
                    "blocks.1.attention.W_K.bias", "blocks.1.cross_attention.W_K.bias"},
          .tolerance = norms_in_a_row(),
          .mask_places = {"self", "cross"},
          .as_pytorch = true};
}

/// nn.Transformer.
struct Transformer : Layer<Transformer> {
  TransformerStack encoder;
  TransformerStack decoder;

  Transformer(const Slot& slot, const Attributes& with)
      : Layer(slot),
        encoder({this, "encoder"}, stack_config(with, "num_encoder_layers", true),
                pytorch_attention(with)),
        decoder({this, "decoder"}, stack_config(with, "num_decoder_layers", true),
                pytorch_attention(with), pytorch_attention(with)) {}
  Tensor forward(const Tensor& source, const Tensor& target, const ModuleMasks& masks) {
    const Tensor memory = encoder(source, StackCall{.mask = masks.source});
    return decoder(target, StackCall{memory, masks.self, masks.cross});
  }
};

Json transformer(const Json& more = Json::object()) {
  Json arguments = layer({{"num_encoder_layers", 1}, {"num_decoder_layers", 1}});
  arguments.update(more);
  return arguments;
}

ModuleCase transformer_row() {
  return {
      .name = "transformer",
      .inputs = {"src", "tgt"},
      .arguments = layer_arguments(
          {integer("num_encoder_layers", 6), integer("num_decoder_layers", 6)}, 512, 8),
      .build =
          [](const Attributes& with) {
            const auto m = std::make_shared<Transformer>(Slot::root(), with);
            return called(with, m, [m](const Tensors& in, const ModuleMasks& masks) {
              return (*m)(in[0], in[1], masks);
            });
          },
      .reference = [](const ModuleCall& c) -> ModuleResult {
        const NaiveTransformer with = pytorch_naive(c);
        const NaiveMask cross(c.masks, "cross");
        const NdArray memory = stack_reference(with, c.state.below("encoder"), "encoder",
                                               batch_first(c, c.in[0]), {}, {c.masks, "source"});
        return {batch_first(
            c, stack_reference(with, c.state.below("decoder"), "decoder", batch_first(c, c.in[1]),
                               memory, {c.masks, "self"}, &cross))};
      },
      .num_parameters =
          [](const Attributes& with) {
            return with.integer("num_encoder_layers") * layer_parameters(with, 1) +
                   with.integer("num_decoder_layers") * layer_parameters(with, 2) +
                   2 * norm_parameters(with);
          },
      .samples = {{.arguments = transformer({{"norm_first", true}}),
                   .inputs = {any({2, 3, 4}), any({2, 2, 4})},
                   .masks = Json::array({keep({{1, 1, 0}, {1, 0, 1}}, "source"), causal(),
                                         keep({{1, 1, 0}, {1, 0, 1}}, "cross")})},
                  {transformer({{"dropout", 0.25}}), {any({2, 2, 4}), any({2, 3, 4})}, true},
                  {transformer({{"batch_first", false}, {"activation", "gelu"}, {"bias", false}}),
                   {any({2, 1, 4}), any({3, 1, 4})}},
                  {transformer(), {any({0, 3, 4}), any({0, 2, 4})}},
                  {.arguments = transformer({{"d_model", 32}, {"dim_feedforward", 40}}),
                   .inputs = {any({4, 40, 32}), any({4, 30, 32})},
                   .large = true}},
      .errors = {{transformer({{"num_decoder_layers", 0}}),
                  {},
                  "TransformerStack: layers must be at least 1, got 0"}},
      .inert = {"encoder.blocks.0.attention.W_K.bias", "decoder.blocks.0.attention.W_K.bias",
                "decoder.blocks.0.cross_attention.W_K.bias"},
      .tolerance = norms_in_a_row(),
      .mask_places = {"self", "cross", "source"},
      .as_pytorch = true};
}

}  // namespace

ModuleTable pytorch_stacks_modules() {
  return {encoder_row(), decoder_row(), transformer_row()};
}

}  // namespace heed::testing
