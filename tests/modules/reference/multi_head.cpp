#include "heed/tests/modules/reference/multi_head.h"

#include <cmath>

namespace heed::reference::full {
namespace {

/// x [B, L, in] → [B, L, out].
NdArray projected(const NdArray& x, const Projection& p) {
  NdArray y = filled({x.shape.at(0), x.shape.at(1), p.W.shape.at(0)}, 0.0);
  for_each_index(y.shape, [&](const Index& at) {
    double total = p.b ? p.b->at({at[2]}) : 0.0;
    for (int64_t d = 0; d < p.W.shape.at(1); ++d) {
      total += x.at({at[0], at[1], d}) * p.W.at({at[2], d});
    }
    y.at(at) = total;
  });
  return y;
}

/// Each pair (a, b) of a head's D columns as the complex number a + ib, times e^(i·position·θ).
NdArray rotated(const MultiHead& m, const NdArray& x, int64_t D, int64_t first) {
  NdArray y = x;
  for_each_index(x.shape, [&](const Index& at) {
    const int64_t head = at[2] / D, column = at[2] % D;
    const int64_t pair = m.rope_neighbours ? column / 2 : column % (D / 2);
    const int64_t a = m.rope_neighbours ? 2 * pair : pair;
    const int64_t b = m.rope_neighbours ? 2 * pair + 1 : pair + D / 2;
    const double theta =
        std::pow(m.rope_base, -2.0 * static_cast<double>(pair) / static_cast<double>(D));
    const double angle = static_cast<double>(first + at[1]) * theta;
    const double real = x.at({at[0], at[1], head * D + a});
    const double imaginary = x.at({at[0], at[1], head * D + b});
    y.at(at) = column == a ? real * std::cos(angle) - imaginary * std::sin(angle)
                           : real * std::sin(angle) + imaginary * std::cos(angle);
  });
  return y;
}

/// Each head's D columns over the root of their mean square.
NdArray normalised(const NdArray& x, int64_t D) {
  NdArray y = x;
  for_each_index(x.shape, [&](const Index& at) {
    const int64_t first = at[2] / D * D;
    double squares = 0;
    for (int64_t d = 0; d < D; ++d) {
      squares += x.at({at[0], at[1], first + d}) * x.at({at[0], at[1], first + d});
    }
    y.at(at) = x.at(at) / std::sqrt(squares / static_cast<double>(D) + 1e-6);
  });
  return y;
}

/// What the positions add to a score; `along` is key minus query.
double score_bias(const MultiHead& m, int64_t head, int64_t along) {
  if (m.positions == "alibi") {
    const double slope = alibi_slopes(m.H).at(static_cast<size_t>(head));
    // The module keeps its slopes in f32.
    return -static_cast<double>(static_cast<float>(slope)) * std::abs(static_cast<double>(along));
  }
  if (m.positions == "learned") {
    const int64_t limit = (m.distances->shape.at(1) - 1) / 2;
    int64_t near = along;
    if (near < -limit) near = -limit;
    if (near > limit) near = limit;
    return m.distances->at({head, near + limit});
  }
  return 0;
}

bool sees(const MultiHead& m, int64_t along) {
  if (m.causal != "none" && along > 0) return false;
  return !m.window || std::abs(along) <= *m.window;
}

/// Σ over what is seen is 1; if nothing is, zeros.
std::vector<double> softmax_of_seen(const std::vector<double>& scores,
                                    const std::vector<bool>& seen) {
  double largest = -INFINITY, total = 0;
  for (size_t j = 0; j < scores.size(); ++j) {
    if (seen[j] && scores[j] > largest) largest = scores[j];
  }
  std::vector<double> weights(scores.size(), 0.0);
  for (size_t j = 0; j < scores.size(); ++j) {
    if (seen[j]) total += weights[j] = std::exp(scores[j] - largest);
  }
  for (double& weight : weights) weight = weight == 0 ? 0 : weight / total;
  return weights;
}

}  // namespace

std::vector<double> alibi_slopes(int64_t H) {
  const double exponent = std::log2(static_cast<double>(H));
  if (exponent == std::floor(exponent)) {
    // A geometric sequence that starts at its own ratio.
    const double ratio = std::pow(2.0, -std::pow(2.0, -(exponent - 3)));
    std::vector<double> slopes;
    for (int64_t h = 0; h < H; ++h) slopes.push_back(ratio * std::pow(ratio, h));
    return slopes;
  }
  const auto below = static_cast<int64_t>(std::pow(2.0, std::floor(exponent)));
  std::vector<double> slopes = alibi_slopes(below);
  const std::vector<double> finer = alibi_slopes(2 * below);
  for (size_t h = 0; static_cast<int64_t>(slopes.size()) < H; h += 2) slopes.push_back(finer[h]);
  return slopes;
}

MultiHeadResult multi_head(const MultiHead& m, const NdArray& query, const NdArray& key,
                           const NdArray& value) {
  const int64_t B = query.shape.at(0), L_1 = query.shape.at(1), L_2 = key.shape.at(1);
  const int64_t D_qk = m.Q.W.shape.at(0) / m.H, D_v = m.V.W.shape.at(0) / m.n_kv_heads;
  const int64_t first = m.causal == "bottom_right" ? L_2 - L_1 : 0;
  NdArray Q = projected(query, m.Q), K = projected(key, m.K);
  const NdArray V = projected(value, m.V);
  if (m.qk_norm) {
    Q = normalised(Q, D_qk);
    K = normalised(K, D_qk);
  }
  if (m.positions == "rope") {
    Q = rotated(m, Q, D_qk, first);
    K = rotated(m, K, D_qk, 0);
  }
  const auto served_by = [&](int64_t head) { return head / (m.H / m.n_kv_heads); };
  MultiHeadResult result{{}, filled({B, m.H, L_1, L_2}, 0.0)};
  for_each_index({B, m.H, L_1}, [&](const Index& at) {
    const int64_t b = at[0], h = at[1], i = at[2];
    std::vector<double> scores;
    std::vector<bool> seen;
    for (int64_t j = 0; j < L_2; ++j) {
      double dot = 0;
      for (int64_t d = 0; d < D_qk; ++d) {
        dot += Q.at({b, i, h * D_qk + d}) * K.at({b, j, served_by(h) * D_qk + d});
      }
      const int64_t along = j - (first + i);
      scores.push_back(dot / std::sqrt(static_cast<double>(D_qk)) + score_bias(m, h, along));
      seen.push_back(sees(m, along));
    }
    const std::vector<double> weights = softmax_of_seen(scores, seen);
    for (int64_t j = 0; j < L_2; ++j) {
      result.weights.at({b, h, i, j}) = weights[static_cast<size_t>(j)];
    }
  });
  const NdArray used = m.thinned ? m.thinned(result.weights) : result.weights;
  NdArray heads = filled({B, L_1, m.H * D_v}, 0.0);
  for_each_index(heads.shape, [&](const Index& at) {
    const int64_t h = at[2] / D_v, d = at[2] % D_v;
    for (int64_t j = 0; j < L_2; ++j) {
      heads.at(at) += used.at({at[0], h, at[1], j}) * V.at({at[0], j, served_by(h) * D_v + d});
    }
  });
  result.output = projected(heads, m.O);
  return result;
}

}  // namespace heed::reference::full
