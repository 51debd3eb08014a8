// AttentionCall: what one call of an attention gets besides its query, key and value.
#pragma once

#include "heed/framework/ops/mask.h"
#include "heed/modules/attention/kv_cache.h"

namespace heed {

/// The mask that lets everything through.
inline const Mask no_mask;

/// Over scores [B, H, L_1, L_2].
struct AttentionCall {
  Mask mask = {};  ///< who sees whom, besides the attention's own rule
  /// Keys and values continue where the cache ends and join it, unless the call throws; queries are
  /// the last positions. Needs a causal rule: of the attention, or
  /// Mask::causal(Alignment::bottom_right).
  KeyValueCache* cache = nullptr;
  /// Where the first query is for relative positions and windows, unless a cache or the
  /// attention's own causal rule says so. A mask of the call never moves it: masks only block and
  /// add.
  int64_t first_query = 0;
  Tensor head_gates = {};     ///< [H] or [B, H]: factors of the heads before the output projection
  Tensor* weights = nullptr;  ///< gets [B, H, L_1, L_2] before dropout
};

/// What an attention supports; a call that asks for more is refused.
struct AttentionAbilities {
  bool masks = false;  ///< calls may have a mask
  /// Each query always sees the keys up to its own position and no others, as in recurrent forms:
  /// its calls have a causal mask and no other.
  bool causal_only = false;
  bool caches = false;           ///< calls may have a cache
  bool crosses = true;           ///< one sequence may attend to another
  bool separate_values = false;  ///< key and value may be two tensors
  bool heads = false;            ///< a call's head_gates and weights
};

}  // namespace heed
