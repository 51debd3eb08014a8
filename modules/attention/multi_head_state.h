// The parameters of other attentions by the names that MultiHeadAttention has for them.
#pragma once

#include "heed/modules/linear.h"

namespace heed {

/// Of four projections. A state for multi_head_of, which copies.
NamedTensors multi_head_state(const Linear& query, const Linear& key, const Linear& value,
                              const Linear& output);
/// Of a packed projection, whose rows are the queries', then the keys', then the values'.
NamedTensors multi_head_state(const Linear& packed, const Linear& output);

}  // namespace heed
