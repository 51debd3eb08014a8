// ModelConfig: the keys under "model" and their values.
#pragma once

#include <cstdint>
#include <optional>

#include "heed/examples/cli/model/parts.h"
#include "heed/examples/cli/tasks/task.h"

namespace heed {

/// Larger widths are refused.
inline constexpr int64_t most_width = 16384;

/// The section "model".
struct ModelKeys : Keys {
  ModelLists lists;  ///< what the keys below choose from

  Value<int64_t> d_model{this,
                         {.path = "d_model",
                          .fallback = 64,
                          .minimum = 1,
                          .maximum = most_width,
                          .help = "width of the query sequence, D_1: the model's own width"}};
  Optional<int64_t> d_source{
      this,
      {.path = "d_source",
       .otherwise = "d_model",
       .minimum = 1,
       .maximum = most_width,
       .help = "width of the key/value sequence, D_2; cross-attention only"}};
  Value<int64_t> layers{this,
                        {.path = "layers",
                         .fallback = 1,
                         .minimum = 1,
                         .maximum = 256,
                         .help = "number of blocks of attention and feed-forward network"}};
  Optional<int64_t> d_ff{this,
                         {.path = "d_ff",
                          .otherwise = "4 * d_model",
                          .minimum = 1,
                          .maximum = 4 * most_width,
                          .help = "inner width of the feed-forward networks"}};
  Value<NormPlacement> norm_placement{
      this,
      {.path = "norm_placement",
       .fallback = NormPlacement::pre,
       .choices = {{"pre", NormPlacement::pre}, {"post", NormPlacement::post}},
       .formerly = "norm",  // since 0.2.0
       .help = "the norm before each sublayer or after each residual add"}};
  Chosen<Norms> norm{this,
                     {.path = "norm",
                      .fallback = "layer_norm",
                      .formerly = "norm_kind",  // since 0.2.0
                      .help = "kind of norm"},
                     lists.norms};
  Chosen<Activations> activation{
      this,
      {.path = "activation", .fallback = "gelu", .help = "feed-forward activation"},
      lists.activations};
  Value<double> dropout{this,
                        {.path = "dropout",
                         .fallback = 0.0,
                         .minimum = 0.0,
                         .maximum = 0.99,
                         .help = "probability of dropping an element in training"}};
  Chosen<PositionTables> positions{this,
                                   {.path = "positions",
                                    .fallback = "learned",
                                    .help = "position table added to the tokens' embeddings"},
                                   lists.positions};
  Value<bool> tied{this,
                   {.path = "tied",
                    .fallback = false,
                    .help = "score symbols by the tokens' own embedding instead of a Linear"}};
  Optional<double> logit_soft_cap{
      this,
      {.path = "logit_soft_cap",
       .otherwise = "no cap",
       .minimum = 0.0,
       .exclusive_minimum = true,
       .help = "scores s of the symbols become cap * tanh(s / cap), which lie within +-cap"}};
  Chosen<InitSchemes> init{
      this,
      {.path = "init", .fallback = "pytorch", .help = "how the parameters are drawn at first"},
      lists.init_schemes};
  Chosen<Blocks> block{
      this, {.path = "block", .fallback = "transformer", .help = "kind of block"}, lists.blocks};
  Chosen<Attentions> attention{
      this,
      {.path = "attention.type", .fallback = "my_mha", .help = "the attention in every block"},
      lists.attentions};
};

/// What the section "model" means, its choices made.
struct ModelConfig {
  TransformerConfig stack;           ///< of the encoder and of the decoder
  int64_t d_source;                  ///< width of the key/value tokens
  PositionTableKind position_table;  ///< added to the tokens' embeddings
  bool tied;                         ///< the output uses the tokens' embedding
  /// Scores s become cap·tanh(s / cap); none: as they are.
  std::optional<double> logit_soft_cap = {};
  InitScheme init = {};  ///< left out: what the modules come with
};

/// The configuration that the keys describe. Throws KeyError if they do not fit together or the
/// task.
ModelConfig model_config(const ModelKeys& keys, const TaskShape& task);

}  // namespace heed
