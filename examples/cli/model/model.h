// Model: what `heed train` trains, built of the library's transformers.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "heed/examples/cli/model/model_config.h"
#include "heed/modules/embedding.h"
#include "heed/modules/generation.h"
#include "heed/modules/linear.h"
#include "heed/modules/positional.h"
#include "heed/modules/transformer/stack.h"

namespace heed {

/// Positions of either kind, or none: then the attention itself must know them.
struct Positions : Layer<Positions> {
  std::optional<LearnedPositions> learned;
  std::optional<SinusoidalPositions> sinusoidal;

  Positions(const Slot& slot, PositionKind kind, int64_t max_length, int64_t width);
  /// x [..., L, width] whose first row stands at position `first` → the same shape
  Tensor forward(const Tensor& x, int64_t first = 0);
};

/// The part of an encoder-decoder that writes the answer.
struct AnswerWriter : Layer<AnswerWriter> {
  Embedding tokens;
  Positions positions;
  TransformerDecoder decoder;

  AnswerWriter(const Slot& slot, const ModelConfig& config, const TaskShape& task,
               const AttentionFactory& make_attention);
  /// ids [B, L_1] and memory [B, L_2, d_model] → [B, L_1, d_model]
  Tensor forward(const Tensor& ids, const Tensor& memory, const Mask& memory_mask,
                 KeyValueCaches* caches = nullptr);
};

/// From token ids to a choice of symbols for every position, in the form that the task asks for:
///
///   self             tokens + positions → encoder → output
///   causal           the same under a causal mask
///   queries          learned queries attend to tokens + positions
///   encoder_decoder  tokens + positions → encoder → writer (the decoder) → output
struct Model : Layer<Model> {
  const Attends attends;
  const int64_t d_model, length;
  Embedding tokens;
  Positions positions;
  std::optional<LearnedPositions> queries;
  TransformerEncoder encoder;
  std::optional<AnswerWriter> writer;
  std::optional<Linear> output;  // none if it is tied to the tokens' embedding

  Model(const Slot& slot, const ModelConfig& config, const TaskShape& task,
        const AttentionFactory& make_attention);
  /// → scores [B, L_1, classes]
  Tensor forward(const Batch& batch);
  /// To go on with a sequence: of ids alone (Attends::causal), or of the answer to
  /// `batch.inputs` (Attends::encoder_decoder). With caches where every attention can use one.
  /// Throws ValueError for other forms; must not outlive the model.
  NextScores next_scores(const Batch& batch = {});
  /// Every attention of the model with its path, in the order in which they are called.
  std::vector<std::pair<std::string, std::unique_ptr<AttentionLayer>*>> attentions();

 private:
  bool takes_caches();
  /// source [B, L, d_source] → [B, L_1, d_model]
  Tensor attended(const Batch& batch, const Tensor& source);
  Tensor scores(const Tensor& x);
};

}  // namespace heed
