// How a session trains, and goes back.
#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>

#include "heed/examples/cli/page/session.h"
#include "heed/examples/cli/runs/evaluation_json.h"
#include "heed/examples/cli/training/failure.h"

namespace heed {
namespace {

using PageClock = std::chrono::steady_clock;

constexpr size_t most_kept_states = 4;

NamedTensors copies_of(const NamedTensors& tensors) {
  NamedTensors copies;
  for (const auto& [name, tensor] : tensors) copies.emplace_back(name, tensor.detach().clone());
  return copies;
}

/// Steps or milliseconds.
int64_t asked_number(const JsonValue& request, const char* key, int64_t otherwise) {
  const JsonValue* value = request.find(key);
  if (value == nullptr) return otherwise;
  const auto number = parse_number<int64_t>(value->text);
  if (value->kind == JsonValue::Kind::number && number) {
    return std::clamp<int64_t>(*number, 0, most_steps);
  }
  throw ValueError("page: ", key, " must be a whole number, not ", json_text(*value));
}

/// Tells the page of steps, and ends them when it has waited long enough.
class PageObserver final : public TrainingObserver {
 public:
  PageObserver(int64_t count, int64_t milliseconds, std::function<void()> evaluated)
      : left_(count),
        end_(PageClock::now() + std::chrono::milliseconds(milliseconds)),
        evaluated_(std::move(evaluated)) {}

  void on_step(const StepReport& report) override {
    steps.push_back({{"step", report.step},
                     {"loss", report.loss},
                     {"lr", report.lr},
                     {"grad_norm", report.grad_norm}});
    --left_;
  }
  void on_evaluation(int64_t step, const Evaluation& evaluation) override {
    JsonValue json = {{"step", step}};
    add_evaluation(json, evaluation);
    evaluations.push_back(std::move(json));
    evaluated_();
  }
  bool wants_stop() override { return left_ <= 0 || (!steps.empty() && PageClock::now() >= end_); }

  std::vector<JsonValue> steps{}, evaluations{};

 private:
  int64_t left_;
  PageClock::time_point end_;
  std::function<void()> evaluated_;
};

}  // namespace

JsonValue PageSession::train(const JsonValue& request) {
  Trainer& trainer = *experiment().trainer;
  PageObserver observer(asked_number(request, "steps", 1),
                        asked_number(request, "milliseconds", most_steps),
                        [this] { keep_state(); });
  std::string diverged;
  try {
    trainer.run(observer);
    trainer.evaluate_if_due(observer);
  } catch (const DivergedError& error) {
    diverged = error.what();
  }
  JsonValue json = {
      {"steps", observer.steps}, {"evaluations", observer.evaluations}, {"state", state_json()}};
  if (!diverged.empty()) json.add("diverged", diverged);
  return json;
}

JsonValue PageSession::state_json() const {
  if (!experiment_) return {{"step", step_}, {"trains", false}};
  const TrainingState& state = experiment_->trainer->state();
  const TrainingConfig& config = experiment_->training;
  const bool is_solved =
      config.stop_at && state.evaluation && state.evaluation->sequence_accuracy >= *config.stop_at;
  std::vector<int64_t> good;
  for (const KeptState& kept : kept_) {  // where go_back() can go
    const int64_t step = kept.training.step;
    if (step < state.step || good.empty()) good.push_back(step);
  }
  return {{"step", state.step},
          {"last_step", *config.steps},
          {"trains", true},
          {"solved", is_solved},
          {"done", experiment_->trainer->is_done()},
          {"good", good}};
}

KeptState PageSession::state_now() const {
  const Trainer& trainer = *experiment_->trainer;
  return {trainer.state(), copies_of(experiment_->model->state_dict()),
          copies_of(trainer.optimizer_state())};
}

void PageSession::keep_state() {
  const int64_t step = experiment_->trainer->state().step;
  if (!kept_.empty() && kept_.back().training.step == step) return;
  if (kept_.size() == most_kept_states) kept_.erase(kept_.begin());
  kept_.push_back(state_now());
}

JsonValue PageSession::go_back() {
  Trainer& trainer = *experiment().trainer;
  while (kept_.size() > 1 && kept_.back().training.step >= trainer.state().step) kept_.pop_back();
  const KeptState& last = kept_.back();
  trainer.restore(last.training, last.model, last.optimizer);
  return {{"state", state_json()}};
}

}  // namespace heed
