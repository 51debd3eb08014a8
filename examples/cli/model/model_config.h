// ModelConfig: the keys under "model" and their values.
#pragma once

#include <cstdint>

#include "heed/examples/cli/config/config.h"
#include "heed/examples/cli/tasks/task.h"
#include "heed/modules/position_table.h"
#include "heed/modules/transformer/stack.h"

namespace heed {

struct ModelConfig {
  TransformerConfig stack;  ///< of the encoder and of the decoder
  int64_t d_source;         ///< width of the attended tokens
  PositionTableKind position_table;
  bool tied;  ///< the output uses the tokens' embedding
};

/// Adds all keys under "model" but those of the attention.
void add_model_keys(ConfigTable& table);

/// The values for a model of this task. Throws KeyError if they do not fit together or the task.
ModelConfig read_model_config(const Config& config, const TaskShape& task);

}  // namespace heed
