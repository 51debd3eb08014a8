// Removing heads from an attention.
#pragma once

#include <memory>
#include <vector>

#include "heed/modules/attention/multi_head_attention.h"

namespace heed {

/// A smaller attention with copies of the parameters of all heads but `removed`: it computes what
/// `attention` does with their gates at 0. Throws ValueError if a head does not exist or is named
/// twice, if none would be left, if heads share keys and values, or if the relative positions
/// differ between heads. Michel, Levy & Neubig 2019.
std::unique_ptr<MultiHeadAttention> prune_heads(const MultiHeadAttention& attention,
                                                const std::vector<int64_t>& removed);

}  // namespace heed
