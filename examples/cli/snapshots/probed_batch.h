// ProbedBatch: held-out sequences whose first ones are shown, and what their padding is.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "heed/examples/cli/inspect/heads/attention_axes.h"
#include "heed/examples/cli/inspect/heads/opened_attentions.h"
#include "heed/examples/cli/snapshots/head_scores.h"
#include "heed/examples/cli/snapshots/snapshot.h"

namespace heed {

/// What is given outlives it.
class ProbedBatch {
 public:
  /// Chooses how many sequences, and how many queries of each, are shown: three of 48, or fewer if
  /// that were more than a quarter of a million weights.
  ProbedBatch(Attends attends, const Batch& batch, const Tokenizer& tokenizer,
              const OpenedAttentions& opened);

  /// Of the sequences that are shown.
  std::vector<std::string> texts() const;
  /// What an attention kept of its last call, with this batch.
  HeadWeights weights_of(const OpenedAttention& one) const;
  /// What is shown of it.
  std::vector<SnapshotAttention::OfProbe> probes_of(const OpenedAttention& one,
                                                    const HeadWeights& weights) const;

 private:
  /// Positions of a sequence without padding, of at most L.
  int64_t count_of(Axis axis, int64_t b, int64_t L) const;
  /// Whether no query sees a later key, so that first queries need only first keys.
  bool is_causal(const AttentionAxes& axes) const;
  SnapshotAttention::OfProbe probe_of(const AttentionAxes& axes, const HeadWeights& weights,
                                      int64_t b) const;

  Attends attends_;
  const Batch& batch_;
  const Tokenizer& tokenizer_;
  int64_t probes_ = 3, queries_ = 48;
};

}  // namespace heed
