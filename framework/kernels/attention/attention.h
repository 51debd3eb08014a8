// Attention in tiles: memory grows with the sequences, not with their product.
#pragma once

#include <cstdint>
#include <limits>

#include "heed/framework/base/random.h"
#include "heed/framework/tensor/tensor.h"

namespace heed::kernels {

/// What the scores [batch…, H, L_1, L_2] are made of besides query · keyᵀ.
struct AttentionRule {
  double scale = 1;
  /// Query i sees only the keys i + first … i + last.
  int64_t first = std::numeric_limits<int64_t>::min() / 2;
  int64_t last = std::numeric_limits<int64_t>::max() / 2;
  Tensor blocked = {};  ///< bool, expanded to the scores, or undefined
  Tensor bias = {};     ///< expanded to the scores, added to them, or undefined
  double dropout_p = 0;
  RandomStream dropout = {};  ///< word n decides about weight n, as in kernels::dropout
};

struct QueryKeyValue {
  Tensor query, key, value;
};

struct Attended {
  Tensor output;      ///< [batch…, H, L_1, D_v], laid out as the query
  Tensor statistics;  ///< [2, batch·H, L_1]: each row's maximum, and 1 / Σ exp(s − maximum)
};

/// softmax(query·keyᵀ·scale + bias)·value of what is not blocked, by the online softmax (Milakov &
/// Gimelshein 2018; Rabe & Staats 2021): query [batch…, H, L_1, D_qk], key [batch…, H_kv, L_2,
/// D_qk], value [batch…, H_kv, L_2, D_v], where H_kv divides H and each key head serves H / H_kv
/// query heads. A query that sees nothing gives zeros. What no query of the head sees is not read.
Attended attention(const QueryKeyValue& x, const AttentionRule& rule);

/// The gradients of all three, laid out as what they belong to, for the gradient `g` of the output;
/// the weights are computed again (Dao et al. 2022): dS = P∘(dP − Σ_d g∘output), dP = g·valueᵀ.
QueryKeyValue attention_backward(const Tensor& g, const QueryKeyValue& x, const Attended& forward,
                                 const AttentionRule& rule);

}  // namespace heed::kernels
