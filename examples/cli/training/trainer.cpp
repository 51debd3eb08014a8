#include "heed/examples/cli/training/trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include "heed/examples/cli/training/failure.h"
#include "heed/examples/cli/training/signals.h"
#include "heed/examples/cli/training/snapshot_steps.h"
#include "heed/framework/autograd/anomaly.h"
#include "heed/framework/autograd/backward.h"
#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/base/random_scope.h"
#include "heed/framework/base/text.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/view.h"

namespace heed {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

bool all_finite(const Tensor& tensor) {
  const auto values = tensor.to_vector<float>();
  return std::all_of(values.begin(), values.end(),
                     [](float value) { return std::isfinite(value); });
}

float largest_magnitude(const Tensor& tensor) {
  float largest = 0;
  for (const float value : tensor.to_vector<float>()) largest = std::max(largest, std::fabs(value));
  return largest;
}

/// Where the trouble shows in the parameters: the first that is not finite, or has such a gradient,
/// or else the largest.
std::string blame(const Module& model) {
  std::string largest;
  float magnitude = -1;
  for (const auto& [path, tensor] : model.named_parameters()) {
    if (!all_finite(tensor)) return path + " is not finite";
    if (tensor.grad().defined() && !all_finite(tensor.grad())) {
      return "the gradient of " + path + " is not finite";
    }
    if (largest_magnitude(tensor) <= magnitude) continue;
    magnitude = largest_magnitude(tensor);
    largest = path;
  }
  return fmt::format("the largest parameter is {:.3g} in {}", magnitude, largest);
}

/// Computes `again` once more and says which op made the first number that is not finite.
std::string culprit(const Module& model, const std::function<void()>& again) {
  try {
    const AnomalyMode looking;
    again();
  } catch (const NonFiniteError& error) {
    return error.what();
  }
  return blame(model);
}

/// The sign of a NaN means nothing.
[[noreturn]] void fail_diverged(const char* what, double value, int64_t step,
                                const std::string& cause) {
  throw DivergedError("train: ", what, " is not finite: ", std::isnan(value) ? NAN : value,
                      " at step ", step, "; ", cause, "; a smaller train.lr may help");
}

int64_t counted(const Tensor& targets) {
  const auto values = targets.to_vector<int64_t>();
  return std::ssize(values) - std::count(values.begin(), values.end(), ignored_target);
}

void forget_beyond(std::optional<int64_t>& index, int64_t size) {
  if (index && *index >= size) index.reset();
}

}  // namespace

Trainer::Trainer(Model& model, const Task& task, const TrainingConfig& config, Team& team)
    : model_(model),
      task_(task),
      config_(config),
      team_(team),
      optimizer_(model, config_, team),
      snapshot_steps_(snapshot_steps(config.snapshots, config.steps)) {
  if (config_.micro_batches >= team.size()) return;
  config_.micro_batches.refuse("the batch has ", counted(config_.micro_batches, "part"), " for ",
                               counted(team.size(), "rank"),
                               "; --set train.micro_batches=N with N of at least that many, better "
                               "a multiple of it; it is part of the result, the ranks are not");
}

void Trainer::initialise() {
  Rng rng(stream(config_.random_seed(), Purpose::initialisation));
  model_.reset_parameters(rng);
}

void Trainer::share() {
  if (team_.is_alone()) return;
  static_assert(std::is_trivially_copyable_v<TrainingState>);
  team_.share(std::as_writable_bytes(std::span(&state_, 1)));
  optimizer_.share();
  optimizer_.collect_state();  // for a checkpoint before the first step
}

void Trainer::run(TrainingObserver& observer) {
  const auto start = Clock::now();
  const FrozenScope frozen(parts());
  const double before = state_.seconds;
  while (true) {
    // Asked to stop after a step, it leaves that step's evaluation to whoever resumes.
    const bool ends = stop_is_wanted(observer) || !evaluate_if_due(observer) ||
                      !look_if_due(observer) || is_done();
    state_.seconds = before + seconds_since(start);
    if (ends || checkpoint_is_due()) {
      optimizer_.collect_state();
      observer.on_checkpoint(*this);
    }
    if (ends) return;
    observer.on_step(train_step(state_.step + 1));
    ++state_.step;
    state_.evaluation_due = evaluation_is_due();
  }
}

bool Trainer::stop_is_wanted(TrainingObserver& observer) {
  if (team_.is_alone()) return observer.wants_stop();
  const bool is_signalled = SignalWatch::agreed(team_) != 0;
  return team_.any(observer.wants_stop()) || is_signalled;
}

bool Trainer::evaluation_is_due() const {
  const bool is_wanted = state_.step % config_.eval_every == 0 || state_.step == config_.steps;
  return is_wanted && state_.evaluated_step != state_.step;
}

bool Trainer::is_done() const {
  if (state_.step >= config_.steps) return true;
  if (!state_.evaluation || state_.evaluation_due) return false;
  if (config_.stop_at && state_.evaluation->sequence_accuracy >= *config_.stop_at) return true;
  return config_.early_stopping && state_.evaluations_since_best >= *config_.early_stopping;
}

bool Trainer::checkpoint_is_due() const {
  const bool is_best = state_.best && state_.best->step == state_.step;
  return state_.step > 0 &&
         (is_best || state_.step % config_.checkpoint_every.value_or(config_.eval_every) == 0);
}

bool Trainer::evaluate_if_due(TrainingObserver& observer) {
  if (!state_.evaluation_due) return true;
  try {
    state_.evaluation = evaluate(model_, task_, config_.batch_size, team_);
  } catch (const Interrupted&) {
    return false;
  }
  const auto evaluated = [&] { evaluate(model_, task_, config_.batch_size); };  // each rank alone
  const auto check = [&](const char* what, double loss) {
    if (!std::isfinite(loss)) fail_diverged(what, loss, state_.step, culprit(model_, evaluated));
  };
  const double loss = state_.evaluation->loss;
  check("the held-out loss", loss);
  if (state_.evaluation->training) {
    check("the loss on the training set", state_.evaluation->training->loss);
  }
  state_.evaluation_due = false;
  state_.evaluated_step = state_.step;
  ++state_.evaluations_since_best;
  if (!state_.best || loss < state_.best->loss) {
    state_.best = BestEvaluation{state_.step, loss};
    state_.evaluations_since_best = 0;
  }
  observer.on_evaluation(state_.step, *state_.evaluation);
  return true;
}

bool Trainer::look_if_due(TrainingObserver& observer) {
  const bool is_wanted =
      std::binary_search(snapshot_steps_.begin(), snapshot_steps_.end(), state_.step) ||
      (config_.snapshots > 0 && is_done());
  if (!is_wanted) return true;
  bool is_interrupted = false;
  try {
    observer.on_snapshot(*this);
  } catch (const Interrupted&) {
    is_interrupted = true;
  }
  return !team_.any(is_interrupted);
}

double Trainer::next_lr() const {
  return config_.lr_at(state_.step);
}

Batch Trainer::batch_at(int64_t step) const {
  return task_.training_batch(config_.overfit_one_batch ? 1 : step, config_.batch_size);
}

Batch Trainer::failed_batch() const {
  if (!state_.evaluation_due) return batch_at(state_.step + 1);
  const NoGrad guard;
  model_.eval();
  const int64_t sequences = task_.evaluation_size();
  for (int64_t first = 0; first < sequences; first += config_.batch_size) {
    Batch batch = task_.evaluation_batch(first, std::min(*config_.batch_size, sequences - first));
    if (!std::isfinite(sequence_loss(model_(batch), batch.targets).item())) return batch;
  }
  return task_.training_set_batch(0, std::min(*config_.batch_size, task_.training_set_size()));
}

Tensor Trainer::loss_of(const Batch& batch, int64_t step, int64_t part) {
  const RandomScope random({.seed = config_.random_seed(), .step = step, .micro_step = part});
  const int64_t parts = config_.micro_batches, size = batch.inputs.size(0);
  const double smoothing = config_.label_smoothing;
  if (parts == 1) return sequence_loss(model_(batch), batch.targets, Reduction::mean, smoothing);
  const int64_t first = size * part / parts, end = size * (part + 1) / parts;
  const Batch some = rows_of(batch, first, end - first);
  const auto all = static_cast<double>(std::max(int64_t{1}, counted(batch.targets)));
  return sequence_loss(model_(some), some.targets, Reduction::sum, smoothing) / all;
}

double Trainer::accumulate_gradients(const Batch& batch, int64_t step) {
  const int64_t parts = config_.micro_batches;
  std::vector<double> losses(static_cast<size_t>(parts), 0);
  const auto [begin, end] = team_.share_of(parts);
  for (int64_t part = begin; part < end; ++part) {
    team_.get_on("step", step);
    const Tensor loss = loss_of(batch, step, part);
    losses[static_cast<size_t>(part)] = loss.item();
    if (!std::isfinite(loss.item())) break;
    loss.backward();
    optimizer_.take_part(part);
  }
  team_.complete(std::span(losses));
  TreeSum<double> sum(parts);
  for (int64_t part = 0; part < parts; ++part) {
    const double loss = losses[static_cast<size_t>(part)];
    if (!std::isfinite(loss)) {
      fail_diverged("the loss", loss, step, culprit(model_, [&] { loss_of(batch, step, part); }));
    }
    sum.add(part, loss);
  }
  return sum.nodes().front().value;
}

void Trainer::fail_gradients(const Batch& batch, int64_t step, double norm) {
  optimizer_.zero_grad();
  fail_diverged("the gradient norm", norm, step, culprit(model_, [&] {
                  for (int64_t part = 0; part < config_.micro_batches; ++part) {
                    loss_of(batch, step, part).backward();
                  }
                }));
}

StepReport Trainer::train_step(int64_t step) {
  const auto start = Clock::now();
  const double lr = next_lr();
  const Batch batch = batch_at(step);
  optimizer_.zero_grad();
  const double loss = accumulate_gradients(batch, step);
  const GradNorm norm = optimizer_.sum_parts();
  if (!std::isfinite(norm.value())) fail_gradients(batch, step, norm.value());
  if (config_.clip_norm) optimizer_.clip(*config_.clip_norm, norm);
  optimizer_.step(lr);
  return {.step = step,
          .loss = loss,
          .lr = lr,
          .grad_norm = norm.value(),
          .tokens_per_second = static_cast<double>(batch.inputs.numel()) / seconds_since(start)};
}

void Trainer::restore(const TrainingState& state, const NamedTensors& model,
                      const NamedTensors& optimizer) {
  model_.load_state_dict(model);
  optimizer_.load_state(optimizer);
  state_ = state;
  // With fewer held-out sequences than before, the one that was wrong may no longer be there.
  if (auto& evaluation = state_.evaluation) {
    forget_beyond(evaluation->first_wrong, task_.evaluation_size());
    if (auto& training = evaluation->training) {
      forget_beyond(training->first_wrong, task_.training_set_size());
    }
  }
  state_.evaluation_due = evaluation_is_due();  // another configuration may want another one
}

}  // namespace heed
