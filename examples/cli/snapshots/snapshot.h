// Snapshots: what every head of a model looks at, at one step of its training.
//
//   std::vector<std::string> warnings;
//   for (const Snapshot& snapshot : read_snapshots("runs/reverse-1", warnings)) …
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "heed/framework/tensor/tensor.h"

namespace heed {

/// One multi-head attention.
struct SnapshotAttention {
  std::string path;  ///< "encoder.blocks.0.attention"
  /// While the model reads one fixed sequence.
  struct OfProbe {
    std::vector<std::string> queries, keys;  ///< labels of the two axes
    Tensor weights;                          ///< f32 [H, L_1, L_2]
    Tensor blocked;  ///< bool [L_1, L_2]: pairs that a mask hides; their weight means nothing
  };
  std::vector<OfProbe> probes;
  /// A value for each head: see head_scores.h. NaN where it means nothing.
  std::vector<std::pair<std::string, std::vector<double>>> scores;

  int64_t heads() const { return probes.front().weights.size(0); }
};

struct Snapshot {
  int64_t step = 0;       ///< taken before it
  double loss = 0;        ///< on the sequences of the scores, held out
  int64_t sequences = 0;  ///< how many these are
  std::vector<std::string> probe_texts{};
  std::vector<SnapshotAttention> attentions{};
  std::vector<std::string> untranslated{};  ///< paths of attentions that have no heads to watch
};

/// Writes the snapshot of a run, over the one of that step. Throws IoError.
void save_snapshot(const std::string& run, const Snapshot& snapshot);

/// All snapshots of a run, the earliest first; none if it has none. What is damaged is left out and
/// added to `warnings`. Throws IoError if "snapshots" is a link or no folder.
std::vector<Snapshot> read_snapshots(const std::string& run, std::vector<std::string>& warnings);

}  // namespace heed
