// Embedding: a learned row for each token id.
#pragma once

#include "heed/framework/nn/module.h"

namespace heed {

/// ids [...] (i64, in [0, tokens)) → [..., width]. `weight` is [tokens, width], standard normal at
/// first.
struct Embedding : Layer<Embedding> {
  Parameter weight;  ///< [tokens, width]

  /// Throws ValueError unless both sizes are at least 1.
  Embedding(const Slot& slot, int64_t tokens, int64_t width);
  Tensor forward(const Tensor& ids);  ///< ids [...] → [..., width]
};

}  // namespace heed
