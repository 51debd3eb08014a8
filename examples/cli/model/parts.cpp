#include "heed/examples/cli/model/parts.h"

namespace heed {
namespace {

Blocks builtin_blocks() {
  Blocks blocks("blocks");
  blocks.add("transformer", "attention and a feed-forward network",
             [] { return BlockFactory(make_block<TransformerBlock>); });
  return blocks;
}

Norms builtin_norms() {
  Norms norms("norms");
  norms.add("layer_norm", "subtracts the mean, divides by the standard deviation",
            [] { return NormFactory(make_layer_norm); });
  norms.add("rms_norm", "divides by the root of the mean square",
            [] { return NormFactory(make_rms_norm); });
  return norms;
}

Activations builtin_activations() {
  Activations activations("activations");
  activations.add("relu", "max(x, 0)", [] { return Activation::relu; });
  activations.add("relu_squared", "max(x, 0)^2", [] { return Activation::relu_squared; });
  activations.add("gelu", "x Phi(x)", [] { return Activation::gelu; });
  activations.add("silu", "x sigmoid(x)", [] { return Activation::silu; });
  activations.add("swiglu", "silu of a gate Linear, times the first",
                  [] { return Activation::swiglu; });
  return activations;
}

PositionTables builtin_positions() {
  PositionTables positions("positions");
  positions.add("learned", "a learned row for each position",
                [] { return position_table_kind<LearnedPositions>("learned"); });
  positions.add("sinusoidal", "sines and cosines of the position",
                [] { return position_table_kind<SinusoidalPositions>("sinusoidal"); });
  positions.add("none", "no table: only the attention can depend on positions",
                [] { return PositionTableKind(); });
  return positions;
}

}  // namespace

ModelLists builtin_model_lists() {
  const AttentionPositions attention_positions = builtin_attention_positions();
  return {.blocks = builtin_blocks(),
          .norms = builtin_norms(),
          .activations = builtin_activations(),
          .positions = builtin_positions(),
          .init_schemes = builtin_init_schemes(),
          .attention_positions = attention_positions,
          .attentions = builtin_attentions(attention_positions)};
}

}  // namespace heed
