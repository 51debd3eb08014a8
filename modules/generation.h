// Generation: continuing a sequence token by token.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "heed/framework/base/random.h"
#include "heed/framework/tensor/tensor.h"

namespace heed {

/// How a token is chosen by its scores.
struct Sampling {
  double temperature = 0;             ///< 0: always the most likely one (greedy)
  std::optional<int64_t> top_k = {};  ///< among the top_k most likely ones only
  /// Among the fewest most likely ones, of these, that have this probability together. Holtzman et
  /// al. 2020.
  std::optional<double> top_p = {};
  /// Scores of tokens that have occurred are divided by it if positive, else multiplied, before all
  /// else. Keskar et al. 2019.
  double repetition_penalty = 1;
};

/// scores [B, classes] → ids [B] (i64), each drawn from softmax(scores / temperature); `seen`
/// [B, L] are the tokens that have occurred. Throws ShapeError, ValueError unless temperature is
/// ≥ 0 and finite, top_k ≥ 1, top_p in (0, 1], repetition_penalty above 0 and finite, and the
/// largest score is finite.
Tensor choose(const Tensor& scores, const Sampling& sampling, Rng& rng, const Tensor& seen = {});

/// The ids [B, L] that follow those of earlier calls → scores [B, L, classes] of what comes after
/// each of them. A model with caches holds the earlier ones there; `recomputing` does so for
/// others.
using NextScores = std::function<Tensor(const Tensor& ids)>;

/// NextScores of a function from all ids so far [B, L] to scores [B, L, classes].
NextScores recomputing(std::function<Tensor(const Tensor& ids)> scores_of);

/// How long a continuation is, and how its tokens are drawn.
struct GenerationOptions {
  int64_t tokens;          ///< at most this many
  Sampling sampling = {};  ///< of each token
  /// A row ends when it has generated these tokens one after another, and is then filled with the
  /// last of them.
  std::vector<int64_t> stop = {};
};

/// prompt [B, L] (i64, L ≥ 1) → the tokens that follow it [B, n]; n < options.tokens if every row
/// has ended before. Without recording.
Tensor generate(const NextScores& next, const Tensor& prompt, const GenerationOptions& options,
                Rng& rng);

}  // namespace heed
