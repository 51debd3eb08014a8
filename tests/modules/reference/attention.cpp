#include "heed/tests/modules/reference/attention.h"

#include <cmath>
#include <stdexcept>
#include <utility>

namespace heed::reference {
namespace {

/// x [B, L, D] → [B, L, rows of the weight].
NdArray project_rows(const NdArray& x, const Projection& by) {
  if (by.weight.rank() != 2 || by.weight.shape[1] != x.shape.at(2)) {
    throw std::invalid_argument("multi_head_attention: a projection does not fit");
  }
  NdArray y = filled({x.shape[0], x.shape[1], by.weight.shape[0]}, 0.0);
  for_each_index(y.shape, [&](const Index& index) {
    for (int64_t d = 0; d < by.weight.shape[1]; ++d) {
      y.at(index) += x.at({index[0], index[1], d}) * by.weight.at({index[2], d});
    }
    if (by.bias) y.at(index) += by.bias->at({index[2]});
  });
  return y;
}

/// Q_h K_hᵀ / √D_qk, and its softmax over the keys that are not blocked.
NdArray attention_weights(const MultiHead& parts, const NdArray& Q, const NdArray& K) {
  const int64_t B = Q.shape.at(0), L_1 = Q.shape.at(1), L_2 = K.shape.at(1), H = parts.heads;
  const int64_t D_qk = Q.shape.at(2) / H;
  NdArray weights = filled({B, H, L_1, L_2}, 0.0);
  for_each_index({B, H, L_1}, [&](const Index& at) {
    const int64_t b = at[0], h = at[1], i = at[2];
    std::vector<std::pair<int64_t, double>> scores;  // of the keys that it may attend to
    double largest = 0.0, total = 0.0;
    for (int64_t j = 0; j < L_2; ++j) {
      if (parts.blocked && parts.blocked(b, i, j)) continue;
      double score = 0.0;
      for (int64_t d = 0; d < D_qk; ++d) {
        score += Q.at({b, i, h * D_qk + d}) * K.at({b, j, h * D_qk + d});
      }
      score /= std::sqrt(static_cast<double>(D_qk));
      if (scores.empty() || score > largest) largest = score;
      scores.emplace_back(j, score);
    }
    for (const auto& [j, score] : scores) total += std::exp(score - largest);
    for (const auto& [j, score] : scores) {
      weights.at({b, h, i, j}) = std::exp(score - largest) / total;
    }
  });
  return weights;
}

}  // namespace

AttentionResult multi_head_attention(const MultiHead& parts, const NdArray& query,
                                     const NdArray& key, const NdArray& value) {
  const NdArray Q = project_rows(query, parts.query), K = project_rows(key, parts.key),
                V = project_rows(value, parts.value);
  const int64_t B = query.shape.at(0), L_1 = query.shape.at(1), H = parts.heads;
  if (key.shape.at(0) != B || value.shape.at(0) != B || value.shape.at(1) != key.shape.at(1) ||
      Q.shape[2] != K.shape[2] || Q.shape[2] % H != 0 || V.shape[2] % H != 0) {
    throw std::invalid_argument("multi_head_attention: shapes do not fit");
  }
  const NdArray weights = attention_weights(parts, Q, K);
  const NdArray used = parts.dropped ? parts.dropped(weights) : weights;
  const int64_t D_v = V.shape[2] / H;
  NdArray merged = filled({B, L_1, V.shape[2]}, 0.0);
  for_each_index(merged.shape, [&](const Index& at) {
    for (int64_t j = 0; j < key.shape[1]; ++j) {
      merged.at(at) += used.at({at[0], at[2] / D_v, at[1], j}) * V.at({at[0], j, at[2]});
    }
  });
  return {project_rows(merged, parts.output), weights};
}

}  // namespace heed::reference
