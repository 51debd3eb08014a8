// Scores of heads: one number that says how much a head's weights have a known form. Each is a mean
// over the queries of all sequences; a query that may see nothing, or not the key that a score asks
// for, does not count. NaN if none counts.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "heed/framework/tensor/tensor.h"

namespace heed {

/// What the heads of one attention looked at in some sequences.
struct HeadWeights {
  Tensor weights;  ///< f64 [B, H, L_1, L_2]
  Tensor blocked;  ///< bool [B, L_1, L_2]: what no head may see; all of a row if it is padding
  std::vector<int64_t> key_counts{};  ///< [B]: keys without padding
  Tensor symbols{};                   ///< i64 [B, L_2] of the keys, if they are the queries too
};

/// A value for each head.
using HeadScores = std::vector<double>;

/// −Σ_j w_ij log w_ij / log(number of keys that i may see): 0 if a query looks at one key, 1 if at
/// all alike. Over queries that may see more than one.
HeadScores entropy_score(const HeadWeights& heads);
/// Σ_j w_ij |i − j|
HeadScores distance_score(const HeadWeights& heads);
/// w_i,i−1
HeadScores previous_token_score(const HeadWeights& heads);
/// w_ii
HeadScores diagonal_score(const HeadWeights& heads);
/// w_i,n−1−i with n keys: reading backwards.
HeadScores mirror_score(const HeadWeights& heads);
/// Σ w_ij over the keys j < i that follow an earlier occurrence of the query's symbol, x_j−1 = x_i:
/// what an induction head looks at. Olsson et al. 2022. Over queries with such a key.
HeadScores prefix_match_score(const HeadWeights& heads);
/// Mean of |g| over sequences, of gradients [B, H]: ∂ loss / ∂ gate of the head.
HeadScores importance_score(const Tensor& gate_gradients);

/// All that need only weights, by name.
std::vector<std::pair<std::string, HeadScores>> weight_scores(const HeadWeights& heads);

}  // namespace heed
