// Model: from token ids to a choice of symbols for every position.
#pragma once

#include <optional>

#include "heed/examples/cli/model_config.h"
#include "heed/framework/nn/module_list.h"
#include "heed/modules/embedding.h"
#include "heed/modules/linear.h"
#include "heed/modules/positional.h"

namespace heed {

/// Positions of either kind.
struct Positions : Layer<Positions> {
  std::optional<LearnedPositions> learned;
  std::optional<SinusoidalPositions> sinusoidal;

  Positions(const Slot& slot, PositionKind kind, int64_t max_length, int64_t width);
  /// x [..., L, width] → the same shape
  Tensor forward(const Tensor& x);
};

/// Tokens with positions, some blocks, a norm if the blocks have theirs in front, and a Linear.
/// In a task with cross-attention the blocks work on learned queries that attend to the tokens.
struct Model : Layer<Model> {
  const int64_t d_model, length;
  Embedding tokens;
  Positions positions;
  std::optional<LearnedPositions> queries;
  ModuleList<TransformerBlock> blocks;
  std::optional<LayerNorm> norm;
  Linear output;

  Model(const Slot& slot, const ModelConfig& config, const TaskShape& task,
        const AttentionFactory& make_attention);
  /// ids [B, L] (i64) → scores [B, L, classes]
  Tensor forward(const Tensor& ids);
};

}  // namespace heed
