#include "heed/examples/cli/trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <string>

#include "heed/examples/cli/failure.h"
#include "heed/framework/autograd/anomaly.h"
#include "heed/framework/autograd/backward.h"
#include "heed/framework/base/random_scope.h"
#include "heed/framework/optim/clip.h"

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
std::string culprit(const Module& model, const RandomPosition& position,
                    const std::function<void()>& again) {
  try {
    const RandomScope random(position);  // dropout draws what it drew
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

}  // namespace

Trainer::Trainer(Model& model, const Task& task, const TrainingConfig& config)
    : model_(model),
      task_(task),
      config_(config),
      optimizer_(make_optimizer(config, model.parameters())) {
  Rng rng(stream(config.seed, Purpose::initialisation));
  model.reset_parameters(rng);
}

TrainingResult Trainer::run(TrainingObserver& observer) {
  const auto start = Clock::now();
  TrainingResult result;
  for (int64_t step = 1; step <= config_.steps; ++step) {
    observer.on_step(train_step(step));
    result.steps = step;
    result.seconds = seconds_since(start);
    if (observer.wants_stop()) break;
    if (step % config_.eval_every != 0 && step != config_.steps) continue;
    result.evaluation = evaluate_at(step);
    result.seconds = seconds_since(start);
    observer.on_evaluation(step, *result.evaluation);
    if (config_.stop_at && result.evaluation->sequence_accuracy >= *config_.stop_at) break;
  }
  return result;
}

StepReport Trainer::train_step(int64_t step) {
  const auto start = Clock::now();
  const RandomPosition position{.seed = config_.seed, .step = step};
  const RandomScope random(position);
  const double lr = config_.lr * schedule_factor(config_.schedule, step - 1);
  const Batch batch = task_.training_batch(step, config_.batch_size);
  const auto forward = [&] { return sequence_loss(model_(batch), batch.targets); };
  const Tensor loss = forward();
  const double value = loss.item();
  if (!std::isfinite(value)) {
    fail_diverged("the loss", value, step, culprit(model_, position, [&] { forward(); }));
  }
  optimizer_->zero_grad();
  loss.backward();
  const double norm = config_.clip_norm
                          ? clip_grad_norm(optimizer_->parameters(), *config_.clip_norm)
                          : grad_norm(optimizer_->parameters());
  if (!std::isfinite(norm)) {
    fail_diverged("the gradient norm", norm, step,
                  culprit(model_, position, [&] { forward().backward(); }));
  }
  optimizer_->set_lr(lr);
  optimizer_->step();
  return {.step = step,
          .loss = value,
          .lr = lr,
          .grad_norm = norm,
          .tokens_per_second = static_cast<double>(batch.inputs.numel()) / seconds_since(start)};
}

Evaluation Trainer::evaluate_at(int64_t step) {
  const Evaluation evaluation = evaluate(model_, task_, config_.batch_size);
  if (!std::isfinite(evaluation.loss)) {
    fail_diverged("the held-out loss", evaluation.loss, step,
                  culprit(model_, {}, [&] { evaluate(model_, task_, config_.batch_size); }));
  }
  return evaluation;
}

}  // namespace heed
