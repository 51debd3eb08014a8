#include "heed/modules/beam_search.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/nn/sizes.h"
#include "heed/framework/ops/softmax.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"

namespace heed {
namespace {

/// A continuation that is not complete.
struct Beam {
  std::vector<int64_t> tokens;
  double log_probability = 0;
};

/// A beam with one token more.
struct Extension {
  const Beam* beam;
  int64_t token;
  double log_probability;
};

class Search {
 public:
  Search(const ScoresOfAll& scores_of, const std::vector<int64_t>& start,
         const BeamSearchOptions& options)
      : scores_of_(scores_of), start_(start), options_(options) {}

  std::vector<Hypothesis> run() {
    std::vector<Beam> beams(1);
    for (int64_t length = 1; length <= options_.tokens && !beams.empty(); ++length) {
      beams = extended(beams, length);
    }
    return std::move(complete_);
  }

 private:
  double score(double log_probability, int64_t length) const {
    return log_probability / std::pow(static_cast<double>(length), options_.length_penalty);
  }

  /// The best beams of `length`, with one token more than before; complete ones are put aside.
  std::vector<Beam> extended(const std::vector<Beam>& beams, int64_t length) {
    std::vector<Beam> longer;
    for (const Extension& one : best_extensions(beams)) {
      Beam next{one.beam->tokens, one.log_probability};
      next.tokens.push_back(one.token);
      if (one.token == options_.end || length == options_.tokens) {
        add_complete(next, length);
      } else {
        longer.push_back(std::move(next));
      }
    }
    std::erase_if(longer, [&](const Beam& beam) { return !can_still_win(beam, length); });
    return longer;
  }

  /// The most likely of all beams with all tokens, the best first.
  std::vector<Extension> best_extensions(const std::vector<Beam>& beams) const {
    const auto rows = static_cast<int64_t>(beams.size());
    std::vector<int64_t> ids;
    for (const Beam& beam : beams) {
      ids.insert(ids.end(), start_.begin(), start_.end());
      ids.insert(ids.end(), beam.tokens.begin(), beam.tokens.end());
    }
    const Tensor all = scores_of_(from_values(ids, {rows, std::ssize(ids) / rows}));
    const Tensor last = log_softmax(select(all, 1, -1).to(DType::f64), -1);  // [rows, classes]
    const int64_t classes = last.size(1);
    const std::vector<double> values = last.to_vector<double>();
    std::vector<Extension> found;
    for (int64_t i = 0; i < std::ssize(values); ++i) {
      const double value = values[static_cast<size_t>(i)];
      if (std::isnan(value)) throw ValueError("beam_search: a score is not a number");
      const Beam& beam = beams[static_cast<size_t>(i / classes)];
      if (std::isfinite(value)) found.push_back({&beam, i % classes, beam.log_probability + value});
    }
    std::stable_sort(found.begin(), found.end(), [](const Extension& a, const Extension& b) {
      return a.log_probability > b.log_probability;
    });
    const auto beams_left = std::min(std::ssize(found), static_cast<ptrdiff_t>(options_.beams));
    found.erase(found.begin() + beams_left, found.end());
    return found;
  }

  void add_complete(const Beam& beam, int64_t length) {
    Hypothesis one{beam.tokens, beam.log_probability, score(beam.log_probability, length)};
    const auto place =
        std::find_if(complete_.begin(), complete_.end(),
                     [&](const Hypothesis& other) { return other.score < one.score; });
    complete_.insert(place, std::move(one));
    if (std::ssize(complete_) > options_.beams) complete_.pop_back();
  }

  /// A longer one is at most as likely, but may be divided by more.
  bool can_still_win(const Beam& beam, int64_t length) const {
    if (std::ssize(complete_) < options_.beams) return true;
    const int64_t best_length = options_.length_penalty > 0 ? options_.tokens : length + 1;
    return score(beam.log_probability, best_length) > complete_.back().score;
  }

  const ScoresOfAll& scores_of_;
  const std::vector<int64_t>& start_;
  const BeamSearchOptions& options_;
  std::vector<Hypothesis> complete_;  // the best first
};

}  // namespace

std::vector<Hypothesis> beam_search(const ScoresOfAll& scores_of, const std::vector<int64_t>& start,
                                    const BeamSearchOptions& options) {
  positive("beam_search", "beams", options.beams);
  positive("beam_search", "tokens", options.tokens);
  if (!std::isfinite(options.length_penalty)) {
    throw ValueError("beam_search: length_penalty must be finite, got ", options.length_penalty);
  }
  if (start.empty()) throw ValueError("beam_search: needs at least one token to start from");
  const NoGrad guard;
  return Search(scores_of, start, options).run();
}

}  // namespace heed
