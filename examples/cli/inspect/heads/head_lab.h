// The head lab: what each head of a trained model's attentions contributes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "heed/examples/cli/inspect/heads/head_spectrum.h"
#include "heed/examples/cli/model/model.h"
#include "heed/examples/cli/tasks/task.h"
#include "heed/examples/cli/training/evaluation.h"

namespace heed {

struct HeadReport {
  double entropy = 0;        ///< of its weights, in nats: see HeadStatistics
  double entropy_share = 0;  ///< of the log of the number of visible keys
  /// Mean over sequences of |∂loss/∂gate|, the loss being the mean over the positions of the
  /// sequence that count. Michel, Levy & Neubig 2019.
  double importance = 0;
  double loss_change = 0;  ///< without this head; likewise the accuracies
  double token_accuracy_change = 0;
  double sequence_accuracy_change = 0;
  std::vector<double> similarity = {};  ///< to each head of the same attention
  HeadSpectrum spectrum = {};
};

struct AttentionReport {
  std::string path;
  std::vector<HeadReport> heads;
  Tensor first_weights;  ///< [H, L_1, L_2] of the first sequence
};

/// The least important head, pruned.
struct PruningReport {
  std::string path;
  int64_t head = 0;
  int64_t parameters_before = 0, parameters_after = 0;  ///< of its attention
  double difference = 0;  ///< max |scores pruned − scores with its gate at 0|
  Evaluation evaluation = {};
};

struct HeadLabReport {
  int64_t sequences = 0;
  bool is_asked = false;  ///< custom inputs, measured against the model's own answers
  Evaluation evaluation = {};
  /// max |scores with MultiHeadAttentions − scores with the attentions that they translate|
  double translation_difference = 0;
  std::vector<AttentionReport> attentions = {};
  std::vector<std::string> untranslated = {};  ///< paths of other attentions
  std::optional<PruningReport> pruned = {};
  std::string pruning_refusal = {};  ///< why nothing could be pruned
};

/// Whether any attention of the model is a multi-head attention.
bool has_heads(Model& model);
/// What to say of a model that has none.
inline constexpr const char* no_heads =
    "no attention of this model is a multi-head attention; `heed tasks` lists others; an attention "
    "of your own is one by as_multi_head(): docs/extending/attention.md";

struct HeadLabOptions {
  int64_t sequences;                        ///< at most
  int64_t batch_size;                       ///< how many of them at a time
  std::string name = "heads";               ///< of the model, for messages
  int64_t most_minutes = int64_t{1} << 40;  ///< see LongWork
};

/// Analyses held-out sequences. Replaces the model's attentions by equivalent ones. Throws
/// ConfigError if it would take too long.
HeadLabReport examine_heads(Model& model, const Task& task, const HeadLabOptions& options);

}  // namespace heed
