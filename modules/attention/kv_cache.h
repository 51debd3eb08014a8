// KeyValueCache: the keys and values of earlier positions while a sequence is generated.
#pragma once

#include "heed/framework/tensor/tensor.h"

namespace heed {

/// The projected keys [B, n_kv_heads, L, D_qk] and values [B, n_kv_heads, L, D_v] of all positions
/// so far. One for each attention and batch of sequences; it starts empty. While
/// recording is on it keeps the graph of what it holds.
struct KeyValueCache {
  /// [B, n_kv_heads, L, D_qk] and [B, n_kv_heads, L, D_v]; undefined at first
  Tensor key, value;

  /// The number of positions it holds.
  int64_t length() const { return key.defined() ? key.size(-2) : 0; }
  /// Appends the next positions. Throws ShapeError if they do not fit; then nothing has changed.
  void append(const Tensor& new_key, const Tensor& new_value);
};

}  // namespace heed
