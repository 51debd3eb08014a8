// HeadStatistics: entropy and similarity of the weights of an attention's heads.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "heed/framework/tensor/tensor.h"

namespace heed {

/// Means over all queries of all batches that were added. A query that may see nothing does not
/// count.
class HeadStatistics {
 public:
  /// Similarities take longer than all the rest.
  explicit HeadStatistics(int64_t heads, bool with_similarities = true);

  /// weights [B, H, L_1, L_2]; `blocked` bool, broadcasts to them, or undefined. `before_each` is
  /// called before each query and may throw.
  void add(
      const Tensor& weights, const Tensor& blocked,
      const std::function<void()>& before_each = [] {});

  /// −Σ p log p of head h, in nats.
  double entropy(int64_t h) const;
  /// The same as a share of what it could be at most, the log of the number of keys that the query
  /// may see; 0 if no query may see more than one.
  double entropy_share(int64_t h) const;
  /// Whether any query may see more than one key.
  bool has_choice() const { return queries_with_choice_ > 0; }
  /// 1 − JS(p_h, p_k) / log 2 with the Jensen–Shannon divergence of the two heads' weights: 1 if
  /// they are equal, 0 if they look at different keys. Only of statistics with similarities.
  double similarity(int64_t h, int64_t k) const;

 private:
  void add_query(const double* weights, int64_t stride, int64_t L_2, int64_t visible);

  int64_t H_;
  bool with_similarities_;
  int64_t queries_ = 0;
  int64_t queries_with_choice_ = 0;  // that may see more than one key
  std::vector<double> entropy_, share_, similarity_;
};

}  // namespace heed
