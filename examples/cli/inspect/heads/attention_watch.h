// AttentionWatch: the weights of every head while a model reads one sequence.
#pragma once

#include <string>
#include <vector>

#include "heed/examples/cli/inspect/heads/opened_attentions.h"
#include "heed/examples/cli/model/model.h"

namespace heed {

/// The weights of one attention with labels for its two axes.
struct WatchedAttention {
  std::string path;
  std::vector<std::string> queries, keys;
  Tensor weights;  ///< [H, L_1, L_2]
};

/// The model, which outlives it, is as before after each call.
class AttentionWatch {
 public:
  explicit AttentionWatch(Model& model);

  /// Whether the model has no multi-head attention.
  bool empty() const { return opened_.all.empty(); }
  /// The weights of each multi-head attention while the model reads `batch`, one sequence.
  std::vector<WatchedAttention> watch(const Batch& batch, const Tokenizer& tokenizer);

 private:
  Model& model_;
  OpenedAttentions opened_;
};

/// Tables of percents, a row for each query and a column for each key, or pictures (heat_maps) if
/// there are many keys. Ends with a line break.
std::string watched_text(const WatchedAttention& attention);

}  // namespace heed
