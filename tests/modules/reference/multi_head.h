// Naive reference for the full multi-head attention: one query of one head after the other.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "heed/tests/support/case/nd_array.h"

namespace heed::reference::full {

/// A projection: W [out, in] and b [out], or none.
struct Projection {
  const NdArray& W;
  std::optional<NdArray> b;
};

struct MultiHead {
  int64_t H;
  int64_t n_kv_heads;
  Projection Q, K, V, O;
  std::string causal = "none";  ///< "none", "top_left" or "bottom_right"
  std::optional<int64_t> window = {};
  bool qk_norm = false;  ///< queries and keys of each head over the root of their mean square
  std::string positions = "none";  ///< "none", "rope", "alibi" or "learned"
  bool rope_neighbours = false;    ///< turns 2i with 2i + 1, not i with i + D_qk/2
  double rope_base = 10000;
  std::optional<NdArray> distances = {};  ///< if learned: [H, 2·max_distance + 1]
  /// What dropout leaves of the weights [B, H, L_1, L_2].
  std::function<NdArray(const NdArray& weights)> thinned = {};
};

struct MultiHeadResult {
  NdArray output;   ///< [B, L_1, rows of O.W]
  NdArray weights;  ///< [B, H, L_1, L_2], before dropout
};

/// query [B, L_1, ·], key and value [B, L_2, ·].
MultiHeadResult multi_head(const MultiHead& m, const NdArray& query, const NdArray& key,
                           const NdArray& value);

/// ALiBi's slope of each head: 2^(−8h/H), or what Press et al. do if H is not a power of two.
std::vector<double> alibi_slopes(int64_t H);

}  // namespace heed::reference::full
