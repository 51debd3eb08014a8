// The lists of what a model is built of: everything that the section "model" can name.
#pragma once

#include "heed/examples/cli/model/attentions.h"
#include "heed/examples/cli/model/init_schemes.h"
#include "heed/modules/position_table.h"
#include "heed/modules/transformer/stack.h"

namespace heed {

using Norms = Registered<NormFactory()>;
using Activations = Registered<Activation()>;
using PositionTables = Registered<PositionTableKind()>;
using Blocks = Registered<BlockFactory()>;

struct ModelLists {
  Blocks blocks;
  Norms norms;
  Activations activations;
  PositionTables positions;
  InitSchemes init_schemes;
  AttentionPositions attention_positions;
  Attentions attentions;
};

/// The parts that come with heed.
ModelLists builtin_model_lists();

}  // namespace heed
