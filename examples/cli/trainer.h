// Trainer: the loop from batches to a trained model.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "heed/examples/cli/evaluation.h"
#include "heed/examples/cli/model.h"
#include "heed/examples/cli/tasks/task.h"
#include "heed/examples/cli/training_config.h"

namespace heed {

/// One step of training; steps count from 1.
struct StepReport {
  int64_t step;
  double loss;
  double lr;
  double grad_norm;  ///< before clipping
  double tokens_per_second;
};

/// Who is told of all that happens.
class TrainingObserver {
 public:
  virtual ~TrainingObserver() = default;
  virtual void on_step(const StepReport& report) = 0;
  virtual void on_evaluation(int64_t step, const Evaluation& evaluation) = 0;
  /// Asked after each step: whether to end here.
  virtual bool wants_stop() { return false; }
};

struct TrainingResult {
  int64_t steps = 0;
  double seconds = 0;
  std::optional<Evaluation> evaluation;  ///< the last one; none if stopped before the first
};

/// Trains a model on a task. What happens is a function of the configuration alone: the same bits
/// on every run and for any number of threads.
class Trainer {
 public:
  /// Fills the parameters. Throws ValueError if the optimizer refuses its options. The model and
  /// the task outlive the trainer.
  Trainer(Model& model, const Task& task, const TrainingConfig& config);

  /// Trains to the last step, or until the accuracy is good enough, or until the observer wants to
  /// stop. Throws DivergedError naming the step and what is not finite.
  TrainingResult run(TrainingObserver& observer);

 private:
  StepReport train_step(int64_t step);
  Evaluation evaluate_at(int64_t step);

  Model& model_;
  const Task& task_;
  TrainingConfig config_;
  std::unique_ptr<Optimizer> optimizer_;
};

}  // namespace heed
