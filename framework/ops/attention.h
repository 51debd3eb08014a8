// Attention from composed ops: what people read, and the oracle of every faster form.
#pragma once

#include <optional>

#include "heed/framework/base/random.h"
#include "heed/framework/ops/mask.h"
#include "heed/framework/tensor/tensor.h"

namespace heed {

/// Zeros among the attention weights, as `dropout` makes them: p and the stream that decides.
struct AttentionDropout {
  double p = 0;              ///< the fraction of weights that become 0, in [0, 1)
  RandomStream stream = {};  ///< decides which
};

/// PyTorch's arguments. `is_causal` is `mask & Mask::causal()`.
struct AttentionOptions {
  Mask mask = {};                                ///< who sees whom; empty: all see all
  std::optional<AttentionDropout> dropout = {};  ///< none: no weight is dropped
  bool is_causal = false;            ///< queries see no later keys, aligned at the top left
  std::optional<double> scale = {};  ///< 1/√D_qk if left out
  bool enable_gqa = false;  ///< key and value may have fewer heads, each serving several of query's
};

/// What scaled dot-product attention computes.
struct AttentionResult {
  Tensor output;   ///< [..., H, L_1, D_v]
  Tensor weights;  ///< [..., H, L_1, L_2], before dropout
};

/// softmax(query·keyᵀ·scale + mask)·value for query [..., L_1, D_qk], key [..., L_2, D_qk], value
/// [..., L_2, D_v]; leading dimensions broadcast. A query with nothing to attend to gives zeros.
/// What is masked has no influence; a key that no query of its batch row may see may hold NaN.
/// Vaswani et al. 2017.
Tensor scaled_dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                    const AttentionOptions& options = {});
/// The same with the weights.
AttentionResult attention_with_weights(const Tensor& query, const Tensor& key, const Tensor& value,
                                       const AttentionOptions& options = {});

/// Which elements of a row are turned together: i with i + D/2 (Llama), or 2i with 2i + 1 (the
/// paper).
enum class RotaryPairs {
  halves,      ///< i with i + D/2
  neighbours,  ///< 2i with 2i + 1
};
/// Turns the pairs of x [..., L, D] by the angles whose `cos` and `sin` [..., L, D/2] broadcast:
/// (a, b) → (a·cos − b·sin, b·cos + a·sin). Su et al. 2021.
Tensor rotary_embedding(const Tensor& x, const Tensor& cos, const Tensor& sin,
                        RotaryPairs pairs = RotaryPairs::halves);
/// Of each position and pair, for `rotary_embedding`.
struct RotaryAngles {
  /// [L, D/2]
  Tensor cos, sin;  ///< [L, D/2]
};
/// Angles positionᵢ·base^(−2j/D) for i64 `positions` [L] and rows of D elements, D even.
RotaryAngles rotary_angles(const Tensor& positions, int64_t D, double base = 10000,
                           DType dtype = DType::f32);

}  // namespace heed
