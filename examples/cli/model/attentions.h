// Attentions: the list of what every block of a model can hold.
#pragma once

#include "heed/examples/cli/config/keys.h"
#include "heed/modules/attention/any_attention.h"

namespace heed {

/// The widths that a block has for its attention.
struct AttentionWidths {
  int64_t D_1;  ///< of the query sequence and of the result
  int64_t D_2;  ///< of the key/value sequence
};

/// Makers of attentions by name; they throw KeyError if their keys do not fit together.
using Attentions = Registered<AnyAttention(const Slot& slot, const AttentionWidths& widths)>;

/// How scores depend on the distance of query and key, by name: makers for heads and their width.
using AttentionPositions = Registered<RelativePositionsFactory(int64_t heads, int64_t D_qk)>;

/// The attentions that come with heed; those with relative positions choose from `positions`.
Attentions builtin_attentions(const AttentionPositions& positions);
/// The relative positions that come with heed, for `builtin_attentions`.
AttentionPositions builtin_attention_positions();

}  // namespace heed
