// What a run has measured: metrics.jsonl of its directory.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace heed {

/// A line of metrics.jsonl after a step; NaN for what is missing or not a finite number.
struct MeasuredStep {
  int64_t step;
  double loss, lr, grad_norm, tokens_per_second;
};

/// Likewise.
struct MeasuredAccuracy {
  double loss, token_accuracy, sequence_accuracy;
};

struct MeasuredEvaluation {
  int64_t step;
  MeasuredAccuracy held_out;
  std::optional<MeasuredAccuracy> training;  ///< where the task has a training set
};

struct Metrics {
  std::vector<MeasuredStep> steps;  ///< in order of step; of a step that comes twice, the last
  std::vector<MeasuredEvaluation> evaluations;  ///< likewise
  std::vector<std::string> warnings;  ///< a cut last line, lines that are not heed's: with the path
};

/// Reads what a run has measured so far, skipping what heed did not write: a run from elsewhere, or
/// one that is being written, is no error. Throws IoError if the file is a link or no regular file,
/// cannot be read, or has more than 1 GiB.
Metrics read_metrics(const std::string& run);

}  // namespace heed
