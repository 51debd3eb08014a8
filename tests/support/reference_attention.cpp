#include "heed/tests/support/reference_attention.h"

#include <cmath>
#include <stdexcept>

namespace heed::reference {
namespace {

/// x [B, L, D] → [B, L, rows of W].
NdArray project(const NdArray& x, const NdArray& W) {
  NdArray y = filled({x.shape.at(0), x.shape.at(1), W.shape.at(0)}, 0.0);
  for_each_index(y.shape, [&](const Index& index) {
    for (int64_t d = 0; d < W.shape.at(1); ++d) {
      y.at(index) += x.at({index[0], index[1], d}) * W.at({index[2], d});
    }
  });
  return y;
}

std::vector<double> softmax_of(const std::vector<double>& scores) {
  double largest = scores.at(0);
  for (const double score : scores) largest = score > largest ? score : largest;
  double total = 0.0;
  for (const double score : scores) total += std::exp(score - largest);
  std::vector<double> result;
  for (const double score : scores) result.push_back(std::exp(score - largest) / total);
  return result;
}

}  // namespace

AttentionResult multi_head_attention_my_mha(const NdArray& x1, const NdArray& x2,
                                            const NdArray& W_Q, const NdArray& W_K,
                                            const NdArray& W_V, const NdArray& W_O, int64_t H) {
  const int64_t B = x1.shape.at(0), L_1 = x1.shape.at(1), D_1 = x1.shape.at(2);
  const int64_t L_2 = x2.shape.at(1), D_2 = x2.shape.at(2);
  const int64_t D_qk = W_Q.shape.at(0) / H;
  const int64_t D_v = W_V.shape.at(0) / H;
  using Sizes = std::vector<int64_t>;
  if (x2.shape[0] != B || W_Q.shape != Sizes{H * D_qk, D_1} || W_K.shape != Sizes{H * D_qk, D_2} ||
      W_V.shape != Sizes{H * D_v, D_2} || W_O.shape != Sizes{D_1, H * D_v}) {
    throw std::invalid_argument("multi_head_attention_my_mha: shapes do not fit");
  }
  const NdArray Q = project(x1, W_Q);
  const NdArray K = project(x2, W_K);
  const NdArray V = project(x2, W_V);
  AttentionResult result{filled({B, L_1, D_1}, 0.0), filled({B, H, L_1, L_2}, 0.0)};
  for_each_index({B, H, L_1}, [&](const Index& query) {
    const int64_t b = query[0], h = query[1], i = query[2];
    std::vector<double> scores;
    for (int64_t j = 0; j < L_2; ++j) {
      double dot = 0.0;
      for (int64_t d = 0; d < D_qk; ++d) {
        dot += Q.at({b, i, h * D_qk + d}) * K.at({b, j, h * D_qk + d});
      }
      scores.push_back(dot / std::sqrt(static_cast<double>(D_qk)));
    }
    const std::vector<double> weights = softmax_of(scores);
    for (int64_t j = 0; j < L_2; ++j) {
      result.weights.at({b, h, i, j}) = weights[static_cast<size_t>(j)];
    }
    for (int64_t d = 0; d < D_v; ++d) {
      double attended = 0.0;
      for (int64_t j = 0; j < L_2; ++j) {
        attended += weights[static_cast<size_t>(j)] * V.at({b, j, h * D_v + d});
      }
      for (int64_t out = 0; out < D_1; ++out) {
        result.output.at({b, i, out}) += attended * W_O.at({out, h * D_v + d});
      }
    }
  });
  return result;
}

}  // namespace heed::reference
