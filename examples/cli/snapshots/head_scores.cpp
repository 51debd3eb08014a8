#include "heed/examples/cli/snapshots/head_scores.h"

#include <cmath>
#include <cstdlib>
#include <limits>

#include "heed/examples/cli/inspect/heads/head_statistics.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/view.h"

namespace heed {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// A query of one sequence: what it may see.
struct Query {
  int64_t b, i;
  const bool* blocked;  // [L_2]
  int64_t L_2;
};

bool may_see(const Query& query, int64_t j) {
  return j >= 0 && j < query.L_2 && !query.blocked[j];
}

bool sees_nothing(const Query& query) {
  for (int64_t j = 0; j < query.L_2; ++j) {
    if (!query.blocked[j]) return false;
  }
  return true;
}

/// The mean of `value(query, weights)` over the queries that count: it calls once for each head.
/// `counts(query)` is asked only of queries that see something.
template <class Counts, class Value>
HeadScores mean_over_queries(const HeadWeights& heads, const Counts& counts, const Value& value) {
  const int64_t B = heads.weights.size(0), H = heads.weights.size(1);
  const int64_t L_1 = heads.weights.size(2), L_2 = heads.weights.size(3);
  const double* const weights = heads.weights.data<double>();
  HeadScores scores(static_cast<size_t>(H));
  int64_t count = 0;
  for (int64_t b = 0; b < B; ++b) {
    for (int64_t i = 0; i < L_1; ++i) {
      const Query query{b, i, heads.blocked.data<bool>() + (b * L_1 + i) * L_2, L_2};
      if (sees_nothing(query) || !counts(query)) continue;
      ++count;
      for (int64_t h = 0; h < H; ++h) {
        scores[static_cast<size_t>(h)] += value(query, weights + ((b * H + h) * L_1 + i) * L_2);
      }
    }
  }
  for (double& score : scores) score = count == 0 ? nan : score / static_cast<double>(count);
  return scores;
}

/// The weight of the key `key_of(query)`.
template <class KeyOf>
HeadScores weight_at(const HeadWeights& heads, const KeyOf& key_of) {
  return mean_over_queries(
      heads, [&](const Query& query) { return may_see(query, key_of(query)); },
      [&](const Query& query, const double* weights) { return weights[key_of(query)]; });
}

}  // namespace

HeadScores entropy_score(const HeadWeights& heads) {
  const int64_t H = heads.weights.size(1);
  HeadStatistics statistics(H, false);
  statistics.add(heads.weights, unsqueeze(heads.blocked, 1));
  HeadScores scores;
  for (int64_t h = 0; h < H; ++h) {
    scores.push_back(statistics.has_choice() ? statistics.entropy_share(h) : nan);
  }
  return scores;
}

HeadScores distance_score(const HeadWeights& heads) {
  return mean_over_queries(
      heads, [](const Query&) { return true; },
      [](const Query& query, const double* weights) {
        double sum = 0;
        for (int64_t j = 0; j < query.L_2; ++j) {
          sum += weights[j] * static_cast<double>(std::abs(query.i - j));
        }
        return sum;
      });
}

HeadScores previous_token_score(const HeadWeights& heads) {
  return weight_at(heads, [](const Query& query) { return query.i - 1; });
}

HeadScores diagonal_score(const HeadWeights& heads) {
  return weight_at(heads, [](const Query& query) { return query.i; });
}

HeadScores mirror_score(const HeadWeights& heads) {
  return weight_at(heads, [&](const Query& query) {
    return heads.key_counts[static_cast<size_t>(query.b)] - 1 - query.i;
  });
}

HeadScores prefix_match_score(const HeadWeights& heads) {
  if (!heads.symbols.defined()) {
    return HeadScores(static_cast<size_t>(heads.weights.size(1)), nan);
  }
  const auto follows_the_same = [&](const Query& query, int64_t j) {
    const int64_t* const symbols = heads.symbols.data<int64_t>() + query.b * query.L_2;
    return symbols[j - 1] == symbols[query.i] && may_see(query, j);
  };
  return mean_over_queries(
      heads,
      [&](const Query& query) {
        for (int64_t j = 1; j < query.i; ++j) {
          if (follows_the_same(query, j)) return true;
        }
        return false;
      },
      [&](const Query& query, const double* weights) {
        double sum = 0;
        for (int64_t j = 1; j < query.i; ++j) {
          if (follows_the_same(query, j)) sum += weights[j];
        }
        return sum;
      });
}

HeadScores importance_score(const Tensor& gate_gradients) {
  return mean(abs(gate_gradients.detach().to(DType::f64)), {0}).to_vector<double>();
}

std::vector<std::pair<std::string, HeadScores>> weight_scores(const HeadWeights& heads) {
  return {{"entropy", entropy_score(heads)},
          {"distance", distance_score(heads)},
          {"previous_token", previous_token_score(heads)},
          {"prefix_match", prefix_match_score(heads)},
          {"diagonal", diagonal_score(heads)},
          {"mirror", mirror_score(heads)}};
}

}  // namespace heed
