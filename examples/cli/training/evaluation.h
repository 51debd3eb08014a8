// Evaluation: how well a model does on the held-out sequences of its task.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "heed/examples/cli/model/model.h"
#include "heed/examples/cli/ranks/team.h"
#include "heed/examples/cli/tasks/task.h"
#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/ops/loss.h"

namespace heed {

/// How well a model does on some sequences.
struct Accuracy {
  double loss;                         ///< mean cross-entropy over all positions that count
  double token_accuracy;               ///< positions that are right after the right beginning
  double sequence_accuracy;            ///< sequences that are right wherever it counts: exactly
                                       ///< those that greedy generation would give
  std::optional<int64_t> first_wrong;  ///< the first sequence that is not
};

/// Of the held-out sequences, and of the training set if the task has one.
struct Evaluation : Accuracy {
  std::optional<Accuracy> training;
};

/// Evaluation mode without recording, for as long as it lives.
class EvaluationMode {
 public:
  explicit EvaluationMode(Model& model) : model_(model), was_training_(model.training()) {
    model_.eval();
  }
  ~EvaluationMode() { model_.train(was_training_); }
  EvaluationMode(const EvaluationMode&) = delete;
  EvaluationMode& operator=(const EvaluationMode&) = delete;

 private:
  Model& model_;
  bool was_training_;
  NoGrad guard_;
};

/// Runs the model, in evaluation mode and without recording, on all held-out sequences,
/// `batch_size` at a time, then on the training set. The batches are divided among the ranks of a
/// team, for which it is collective. Throws Interrupted once a signal came, to any of them.
Evaluation evaluate(Model& model, const Task& task, int64_t batch_size, Team& team = no_team());

/// The cross-entropy of scores [B, L, classes] over all positions that count.
Tensor sequence_loss(const Tensor& scores, const Tensor& targets,
                     Reduction reduction = Reduction::mean, double label_smoothing = 0);

/// The sequences `first` … `first + size − 1` of a batch.
Batch rows_of(const Batch& batch, int64_t first, int64_t size);

/// The most likely symbol at each position. An encoder-decoder writes at most `length` symbols one
/// by one after the batch's first decoder inputs, until `end`, reading what it has written. Throws
/// Interrupted once a signal came.
Tensor greedy_answer(Model& model, const Batch& batch, int64_t length,
                     std::optional<int64_t> end = {});

/// At most `most` sequences of a batch, each with its target. Ends with a line break.
std::string batch_text(const Batch& batch, const Task& task, int64_t most);

/// A few held-out sequences with the model's answers, errors marked; `first_wrong`, if there is
/// one, is among them.
std::string example_predictions(Model& model, const Task& task, std::optional<int64_t> first_wrong);

}  // namespace heed
