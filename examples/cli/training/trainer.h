// Trainer: the loop from batches to a trained model.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "heed/examples/cli/model/model.h"
#include "heed/examples/cli/ranks/team.h"
#include "heed/examples/cli/tasks/task.h"
#include "heed/examples/cli/training/divided_optimizer.h"
#include "heed/examples/cli/training/evaluation.h"
#include "heed/examples/cli/training/training_config.h"

namespace heed {

/// One step of training; steps count from 1.
struct StepReport {
  int64_t step;
  double loss;
  double lr;
  double grad_norm;  ///< before clipping
  double tokens_per_second;
};

/// The lowest held-out loss so far.
struct BestEvaluation {
  int64_t step;
  double loss;
};

/// Training progress. With the parameters and the optimizer's state it is all that the rest
/// depends on: batches and dropout are functions of the seed and the step.
struct TrainingState {
  int64_t step = 0;                           ///< taken
  bool evaluation_due = false;                ///< this step's evaluation is still to come
  std::optional<Evaluation> evaluation = {};  ///< the last one
  int64_t evaluated_step = 0;                 ///< the step of the last one
  std::optional<BestEvaluation> best = {};
  int64_t evaluations_since_best = 0;
  double seconds = 0;
};

class Trainer;

/// Receives training events; in a team each rank has its own.
class TrainingObserver {
 public:
  virtual ~TrainingObserver() = default;
  virtual void on_step(const StepReport& report) = 0;
  virtual void on_evaluation(int64_t step, const Evaluation& evaluation) = 0;
  /// Between two steps whose state should be saved.
  virtual void on_checkpoint(const Trainer&) {}
  /// Between two steps where the heads should be looked at, before a checkpoint that is due; again
  /// if training resumes there. May throw Interrupted: then it stops there.
  virtual void on_snapshot(const Trainer&) {}
  /// Called before the first step and after each: whether to stop here.
  virtual bool wants_stop() { return false; }
};

/// Trains a model on a task. The result depends on the configuration alone: it is bit-identical
/// on every run, for any number of threads and ranks, and after stopping and resuming at any step.
/// In a team every rank has a trainer of the same configuration and calls share() and run().
class Trainer {
 public:
  /// Throws ValueError if the optimizer refuses its options, KeyError if the batch has fewer parts
  /// than the team has ranks. The model, the task and the team outlive the trainer. Before run(),
  /// initialise() or restore() fills the model's parameters.
  Trainer(Model& model, const Task& task, const TrainingConfig& config, Team& team = no_team());

  /// Draws the parameters of a fresh run from its seed.
  void initialise();
  /// Collective: every rank gets what rank 0 has initialised or restored.
  void share();

  /// Trains up to the last step, or until the configuration or the observer wants to stop. Throws
  /// DivergedError naming the step and what is not finite.
  void run(TrainingObserver& observer);

  /// Evaluates now if run() was stopped before an evaluation. False if a signal came first; it is
  /// then still due. Throws DivergedError.
  bool evaluate_if_due(TrainingObserver& observer);

  const TrainingState& state() const { return state_; }
  /// Whether run() would take no step: it was the last one, or the configuration wants to stop.
  bool is_done() const;
  Model& model() const { return model_; }
  const Task& task() const { return task_; }
  const TrainingConfig& config() const { return config_; }
  Team& team() const { return team_; }
  /// What the configured schedule gives for the step after the last one.
  double next_lr() const;
  /// How the parameters are trained, a part for each way.
  const std::vector<TrainedParameters::Part>& parts() const { return optimizer_.parts(); }
  /// See Optimizer::state. In a team whole only on rank 0 and in on_checkpoint.
  NamedTensors optimizer_state() const { return optimizer_.state(); }
  const DividedOptimizer& optimizer() const { return optimizer_; }
  /// Resumes from the state of another trainer of this configuration. Throws ModuleError if it does
  /// not fit.
  void restore(const TrainingState& state, const NamedTensors& model,
               const NamedTensors& optimizer);

  /// What is trained on in a step.
  Batch batch_at(int64_t step) const;
  /// What run() failed on: the batch after the last step, or held-out sequences if it was their
  /// loss that is not finite.
  Batch failed_batch() const;

 private:
  bool evaluation_is_due() const;
  bool checkpoint_is_due() const;
  bool stop_is_wanted(TrainingObserver& observer);
  /// False if a signal came first. There is one at the end too, whichever rule ends training.
  bool look_if_due(TrainingObserver& observer);
  StepReport train_step(int64_t step);
  /// The loss of one part of a batch, to be added to those of the others.
  Tensor loss_of(const Batch& batch, int64_t step, int64_t part);

  /// Divides the whole batch among the ranks; returns its loss, summed over the parts.
  double accumulate_gradients(const Batch& batch, int64_t step);
  /// Throws DivergedError that names the op which made the first number that is not finite.
  [[noreturn]] void fail_gradients(const Batch& batch, int64_t step, double norm);

  Model& model_;
  const Task& task_;
  TrainingConfig config_;
  Team& team_;
  DividedOptimizer optimizer_;
  std::vector<int64_t> snapshot_steps_;
  TrainingState state_;
};

}  // namespace heed
