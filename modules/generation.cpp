#include "heed/modules/generation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"

namespace heed {
namespace {

/// The indices of the `count` largest scores, the largest first; equal ones in their order.
std::vector<size_t> largest(const std::vector<double>& scores, size_t count) {
  std::vector<size_t> order(scores.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return scores[a] > scores[b]; });
  order.resize(std::min(count, order.size()));
  return order;
}

int64_t choose_one(const std::vector<double>& scores, const Sampling& sampling, Rng& rng) {
  const bool greedy = sampling.temperature == 0;
  const auto wanted =
      static_cast<size_t>(sampling.top_k.value_or(static_cast<int64_t>(scores.size())));
  const std::vector<size_t> candidates = largest(scores, greedy ? 1 : wanted);
  if (greedy) return static_cast<int64_t>(candidates.front());
  std::vector<double> upto;  // cumulative weights
  double total = 0;
  for (const size_t i : candidates) {
    total += std::exp((scores[i] - scores[candidates.front()]) / sampling.temperature);
    upto.push_back(total);
  }
  const double drawn = rng.uniform() * total;
  const auto place = std::upper_bound(upto.begin(), upto.end() - 1, drawn) - upto.begin();
  return static_cast<int64_t>(candidates[static_cast<size_t>(place)]);
}

void check(const Tensor& scores, const Sampling& sampling) {
  if (scores.dim() != 2 || scores.size(1) < 1) {
    throw ShapeError("choose: needs scores [B, classes], got ", scores.shape());
  }
  if (!(sampling.temperature >= 0 && std::isfinite(sampling.temperature))) {
    throw ValueError("choose: temperature must be at least 0 and finite, got ",
                     sampling.temperature);
  }
  if (sampling.top_k && *sampling.top_k < 1) {
    throw ValueError("choose: top_k must be at least 1, got ", *sampling.top_k);
  }
}

/// Some scores may be −∞, which is never chosen, but not all.
void check_row(const std::vector<double>& scores, int64_t row) {
  double top = -std::numeric_limits<double>::infinity();
  for (const double score : scores) {
    if (!(score <= top)) top = score;  // a NaN stays
    if (std::isnan(top)) break;
  }
  if (!std::isfinite(top)) {
    throw ValueError("choose: the scores of row ", row, " have no finite largest one, but ", top);
  }
}

/// `ids` with `end` in the rows that had ended; updates which have.
Tensor after_end(const Tensor& ids, int64_t end, std::vector<bool>& ended) {
  std::vector<int64_t> values = ids.to_vector<int64_t>();
  for (size_t row = 0; row < values.size(); ++row) {
    if (ended[row]) values[row] = end;
    ended[row] = values[row] == end;
  }
  return from_values(values, ids.shape());
}

}  // namespace

Tensor choose(const Tensor& scores, const Sampling& sampling, Rng& rng) {
  check(scores, sampling);
  const int64_t B = scores.size(0), classes = scores.size(1);
  const std::vector<double> all = scores.to(DType::f64).to_vector<double>();
  std::vector<int64_t> ids;
  for (int64_t row = 0; row < B; ++row) {
    const std::vector<double> one(all.begin() + row * classes, all.begin() + (row + 1) * classes);
    check_row(one, row);
    ids.push_back(choose_one(one, sampling, rng));
  }
  return from_values(ids, {B});
}

NextScores recomputing(std::function<Tensor(const Tensor& ids)> scores_of) {
  const auto so_far = std::make_shared<Tensor>();
  return [so_far, scores_of = std::move(scores_of)](const Tensor& ids) {
    const Tensor all = so_far->defined() ? cat(std::array{*so_far, ids}, 1) : ids;
    const int64_t fresh = ids.size(1);
    const Tensor scores = narrow(scores_of(all), 1, all.size(1) - fresh, fresh);
    *so_far = all;
    return scores;
  };
}

Tensor generate(const NextScores& next, const Tensor& prompt, const GenerationOptions& options,
                Rng& rng) {
  if (prompt.dim() != 2 || prompt.size(1) < 1) {
    throw ShapeError("generate: needs a prompt [B, L] with L >= 1, got ", prompt.shape());
  }
  if (options.tokens < 0) {
    throw ValueError("generate: tokens must not be negative, got ", options.tokens);
  }
  const NoGrad guard;
  std::vector<bool> ended(static_cast<size_t>(prompt.size(0)), false);
  std::vector<Tensor> generated{Tensor::empty({prompt.size(0), 0}, DType::i64)};
  Tensor ids = prompt;
  for (int64_t i = 0; i < options.tokens; ++i) {
    const Tensor scores = next(ids);  // [B, L, classes]
    Tensor chosen = choose(select(scores, 1, -1), options.sampling, rng);
    if (options.end) chosen = after_end(chosen, *options.end, ended);
    ids = chosen.unsqueeze(1);
    generated.push_back(ids);
    const bool over = std::all_of(ended.begin(), ended.end(), [](bool one) { return one; });
    if (options.end && over) break;
  }
  return cat(generated, 1);
}

}  // namespace heed
