#include "heed/examples/cli/inspect/heads/head_statistics.h"

#include <cmath>
#include <numbers>

#include "heed/framework/ops/view.h"

namespace heed {
namespace {

/// p log p, which goes to 0 with p.
double p_log_p(double p) {
  return p > 0 ? p * std::log(p) : 0;
}

double entropy_of(const double* p, int64_t n) {
  double sum = 0;
  for (int64_t i = 0; i < n; ++i) sum -= p_log_p(p[i]);
  return sum;
}

/// H((p + q) / 2) − (H(p) + H(q)) / 2
double jensen_shannon(const double* p, const double* q, int64_t n) {
  double mixed = 0;
  for (int64_t i = 0; i < n; ++i) mixed -= p_log_p((p[i] + q[i]) / 2);
  return mixed - (entropy_of(p, n) + entropy_of(q, n)) / 2;
}

int64_t visible_keys(const bool* blocked, int64_t L_2) {
  int64_t count = 0;
  for (int64_t j = 0; j < L_2; ++j) count += !blocked[j];
  return count;
}

}  // namespace

HeadStatistics::HeadStatistics(int64_t heads, bool with_similarities)
    : H_(heads),
      with_similarities_(with_similarities),
      entropy_(static_cast<size_t>(heads)),
      share_(static_cast<size_t>(heads)),
      similarity_(with_similarities ? static_cast<size_t>(heads * heads) : 0) {}

void HeadStatistics::add(const Tensor& weights, const Tensor& blocked,
                         const std::function<void()>& before_each) {
  const Tensor dense = weights.detach().to(DType::f64).contiguous();
  const Tensor hidden =
      blocked.defined() ? expand(blocked, weights.shape()).contiguous() : Tensor();
  const int64_t B = weights.size(0), L_1 = weights.size(2), L_2 = weights.size(3);
  for (int64_t b = 0; b < B; ++b) {
    for (int64_t i = 0; i < L_1; ++i) {
      before_each();
      const int64_t at = (b * H_ * L_1 + i) * L_2;  // of head 0
      const int64_t visible = hidden.defined() ? visible_keys(hidden.data<bool>() + at, L_2) : L_2;
      if (visible > 0) add_query(dense.data<double>() + at, L_1 * L_2, L_2, visible);
    }
  }
}

void HeadStatistics::add_query(const double* weights, int64_t stride, int64_t L_2,
                               int64_t visible) {
  ++queries_;
  queries_with_choice_ += visible > 1;
  for (int64_t h = 0; h < H_; ++h) {
    const double* p = weights + h * stride;
    const double entropy = entropy_of(p, L_2);
    entropy_[static_cast<size_t>(h)] += entropy;
    if (visible > 1) {
      share_[static_cast<size_t>(h)] += entropy / std::log(static_cast<double>(visible));
    }
    for (int64_t k = 0; with_similarities_ && k < H_; ++k) {
      const double divergence = h == k ? 0 : jensen_shannon(p, weights + k * stride, L_2);
      similarity_[static_cast<size_t>(h * H_ + k)] += 1 - divergence / std::numbers::ln2;
    }
  }
}

double HeadStatistics::entropy(int64_t h) const {
  return queries_ == 0 ? 0 : entropy_[static_cast<size_t>(h)] / static_cast<double>(queries_);
}

double HeadStatistics::entropy_share(int64_t h) const {
  if (queries_with_choice_ == 0) return 0;
  return share_[static_cast<size_t>(h)] / static_cast<double>(queries_with_choice_);
}

double HeadStatistics::similarity(int64_t h, int64_t k) const {
  const double sum = similarity_[static_cast<size_t>(h * H_ + k)];
  return queries_ == 0 ? 0 : sum / static_cast<double>(queries_);
}

}  // namespace heed
