// The lists of what a model is built of: everything that the section "model" can name.
#pragma once

#include "heed/examples/cli/model/attentions.h"
#include "heed/examples/cli/model/init_schemes.h"
#include "heed/modules/position_table.h"
#include "heed/modules/transformer/stack.h"

namespace heed {

/// What "model.norm" can be.
using Norms = Registered<NormFactory()>;
/// What "model.activation" can be.
using Activations = Registered<Activation()>;
/// What "model.positions" can be.
using PositionTables = Registered<PositionTableKind()>;
/// What "model.block" can be.
using Blocks = Registered<BlockFactory()>;

/// What the section "model" can name: a list for each kind of part.
struct ModelLists {
  Blocks blocks;             ///< "model.block"
  Norms norms;               ///< "model.norm"
  Activations activations;   ///< "model.activation"
  PositionTables positions;  ///< "model.positions": tables that are added
  InitSchemes init_schemes;  ///< "model.init"
  /// "model.attention.positions": relative ones, inside of the attention.
  AttentionPositions attention_positions;
  Attentions attentions;  ///< "model.attention.type"
};

/// The parts that come with heed.
ModelLists builtin_model_lists();

}  // namespace heed
