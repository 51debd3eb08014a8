// Model: what `heed train` trains, built of the library's transformers.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "heed/examples/cli/model/model_config.h"
#include "heed/modules/beam_search.h"
#include "heed/modules/embedding.h"
#include "heed/modules/generation.h"
#include "heed/modules/linear.h"
#include "heed/modules/position_table.h"
#include "heed/modules/transformer/stack.h"

namespace heed {

/// Learned rows that attend to the tokens, one for each position of the answer.
struct LearnedQueries : Layer<LearnedQueries> {
  Parameter weight;  ///< [L_1, D_1]

  /// Throws ValueError unless both sizes are at least 1.
  LearnedQueries(const Slot& slot, int64_t length, int64_t width);
  /// → [B, L_1, D_1], the same for each of the batch
  Tensor forward(int64_t batch);
};

/// The part of an encoder-decoder that writes the answer.
struct AnswerWriter : Layer<AnswerWriter> {
  Embedding tokens;              ///< of the answer so far
  PositionTable position_table;  ///< added to the tokens
  TransformerStack decoder;      ///< blocks with cross-attention to the memory

  /// `task` says how many tokens and positions there are; `make_attention` fills each block.
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
  const Attends attends;  ///< who attends to whom: the form of the model
  /// Width and longest input, in tokens.
  const int64_t d_model, length;
  /// Scores s become cap·tanh(s / cap); none: as they are.
  const std::optional<double> logit_soft_cap;
  Embedding tokens;              ///< rows of the input's symbols
  PositionTable position_table;  ///< added to the tokens
  /// Attends::queries only
  std::optional<LearnedQueries> queries;
  TransformerStack encoder;  ///< all blocks, or those of the encoder
  /// Attends::encoder_decoder only
  std::optional<AnswerWriter> writer;
  std::optional<Linear> output;  ///< none if it is tied to the tokens' embedding

  /// Throws ValueError for sizes that do not fit, or an attention that cannot do what the form
  /// needs.
  Model(const Slot& slot, const ModelConfig& config, const TaskShape& task,
        const AttentionFactory& make_attention);
  /// → scores [B, L_1, classes]
  Tensor forward(const Batch& batch);
  /// To continue a sequence: of ids alone (Attends::causal), or the answer to `batch.inputs`
  /// (Attends::encoder_decoder). With caches if every attention supports them. Throws ValueError
  /// for other forms; must not outlive the model.
  NextScores next_scores(const Batch& batch = {});
  /// Scores of continuations of one answer to `batch.inputs`, a single sequence
  /// (Attends::encoder_decoder); throws ValueError for other forms. Must not outlive the model.
  ScoresOfAll answer_scores(const Batch& batch);
  /// Every attention of the model, in the order in which they are called.
  std::vector<PlacedAttention> attentions();

 private:
  bool takes_caches();
  /// source [B, L, d_source] → [B, L_1, d_model]
  Tensor attended(const Batch& batch, const Tensor& source);
  Tensor scores(const Tensor& x);
};

/// The model that the keys describe, for a task of this shape; its parameters are still to be
/// initialised or loaded. Throws KeyError.
std::unique_ptr<Model> make_model(const ModelKeys& keys, const TaskShape& task);

}  // namespace heed
