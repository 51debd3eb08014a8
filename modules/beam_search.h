// Beam search: the most likely of many continuations, instead of the one that takes the most likely
// token each time.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "heed/framework/tensor/tensor.h"

namespace heed {

/// How far and how wide to search.
struct BeamSearchOptions {
  int64_t beams;                    ///< continuations that are pursued
  int64_t tokens;                   ///< at most this many in each
  std::optional<int64_t> end = {};  ///< a continuation is complete with this token
  /// Complete ones are compared by log-probability / length^length_penalty: 0 prefers short ones, 1
  /// compares means. Wu et al. 2016.
  double length_penalty = 1;
};

/// A complete continuation.
struct Hypothesis {
  std::vector<int64_t> tokens;  ///< with the end, unless it has as many as are allowed
  double log_probability;       ///< of all tokens, the end among them
  double score;                 ///< log_probability / length^length_penalty
};

/// All ids so far [B, L] of B continuations of one sequence → scores [B, L, classes].
using ScoresOfAll = std::function<Tensor(const Tensor& ids)>;

/// The best complete continuations of `start` that it finds, at most `beams`, the best first. One
/// beam is greedy; as many beams as there are continuations find the best of all. Without
/// recording. Throws ValueError unless beams and tokens are at least 1, the penalty is finite,
/// start is not empty, and no score is NaN.
std::vector<Hypothesis> beam_search(const ScoresOfAll& scores_of, const std::vector<int64_t>& start,
                                    const BeamSearchOptions& options);

}  // namespace heed
