#include "heed/modules/generation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <set>
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

/// How many of the first weights are the fewest that have the part `top_p` of them all.
size_t nucleus(const std::vector<double>& upto, double top_p) {
  const double wanted = top_p * upto.back();
  const auto enough = std::lower_bound(upto.begin(), upto.end() - 1, wanted);
  return static_cast<size_t>(enough - upto.begin()) + 1;
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
  if (sampling.top_p) upto.resize(nucleus(upto, *sampling.top_p));
  const double drawn = rng.uniform() * upto.back();
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
  if (sampling.top_p && !(*sampling.top_p > 0 && *sampling.top_p <= 1)) {
    throw ValueError("choose: top_p must be in (0, 1], got ", *sampling.top_p);
  }
  if (!(sampling.repetition_penalty > 0 && std::isfinite(sampling.repetition_penalty))) {
    throw ValueError("choose: repetition_penalty must be above 0 and finite, got ",
                     sampling.repetition_penalty);
  }
}

/// Makes tokens that have occurred less likely, each once.
void penalise(std::vector<double>& scores, const std::vector<int64_t>& seen, double penalty) {
  for (const int64_t token : std::set<int64_t>(seen.begin(), seen.end())) {
    if (token < 0 || token >= std::ssize(scores)) continue;  // read, but never written
    double& score = scores[static_cast<size_t>(token)];
    // A tiny penalty makes a large score, but no infinity, of which no other can differ.
    score =
        score > 0 ? std::min(score / penalty, std::numeric_limits<double>::max()) : score * penalty;
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

/// Which rows have generated the stop, token by token.
class Stops {
 public:
  Stops(std::vector<int64_t> stop, int64_t rows)
      : stop_(std::move(stop)), written_(static_cast<size_t>(rows)) {}

  /// The chosen ids, with the end of the stop in rows that have ended before.
  Tensor after(const Tensor& ids) {
    if (stop_.empty()) return ids;
    std::vector<int64_t> values = ids.to_vector<int64_t>();
    for (size_t row = 0; row < values.size(); ++row) {
      if (has_ended(written_[row])) {
        values[row] = stop_.back();
      } else {
        written_[row].push_back(values[row]);
      }
    }
    return from_values(values, ids.shape());
  }
  bool all_ended() const {
    return !stop_.empty() && std::all_of(written_.begin(), written_.end(),
                                         [this](const auto& row) { return has_ended(row); });
  }

 private:
  bool has_ended(const std::vector<int64_t>& written) const {
    return written.size() >= stop_.size() &&
           std::equal(stop_.rbegin(), stop_.rend(), written.rbegin());
  }

  std::vector<int64_t> stop_;
  std::vector<std::vector<int64_t>> written_;  // until a row has ended
};

}  // namespace

Tensor choose(const Tensor& scores, const Sampling& sampling, Rng& rng, const Tensor& seen) {
  check(scores, sampling);
  const bool penalises = sampling.repetition_penalty != 1 && seen.defined();
  if (penalises && (seen.dim() != 2 || seen.size(0) != scores.size(0))) {
    throw ShapeError("choose: needs the tokens that have occurred [B, L], got ", seen.shape());
  }
  const int64_t B = scores.size(0), classes = scores.size(1);
  const std::vector<double> all = scores.to(DType::f64).to_vector<double>();
  std::vector<int64_t> ids;
  for (int64_t row = 0; row < B; ++row) {
    const double* const first = all.data() + row * classes;
    std::vector<double> one(first, first + classes);
    check_row(one, row);
    if (penalises) {
      penalise(one, select(seen, 0, row).clone().to_vector<int64_t>(), sampling.repetition_penalty);
    }
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
  Stops stops(options.stop, prompt.size(0));
  std::vector<Tensor> all{prompt};
  Tensor ids = prompt;
  const bool penalises = options.sampling.repetition_penalty != 1;
  for (int64_t i = 0; i < options.tokens; ++i) {
    const Tensor scores = next(ids);  // [B, L, classes]
    const Tensor seen = penalises ? cat(all, 1) : Tensor();
    ids = stops.after(choose(select(scores, 1, -1), options.sampling, rng, seen)).unsqueeze(1);
    all.push_back(ids);
    if (stops.all_ended()) break;
  }
  all.front() = Tensor::empty({prompt.size(0), 0}, DType::i64);
  return cat(all, 1);
}

}  // namespace heed
