#include "heed/examples/cli/inspect/dry_run.h"

#include <fmt/format.h>

#include "heed/examples/cli/config/text.h"
#include "heed/examples/cli/inspect/trace/trace_text.h"
#include "heed/examples/cli/training/memory_estimate.h"
#include "heed/framework/base/memory.h"
#include "heed/framework/base/parallel.h"
#include "heed/framework/base/text.h"

namespace heed {
namespace {

/// Stops after one step.
class OneStep : public TrainingObserver {
 public:
  void on_step(const StepReport& report) override { first = report; }
  void on_evaluation(int64_t, const Evaluation&) override {}
  bool wants_stop() override { return first.step > 0; }

  StepReport first = {};
};

/// The number of parameters in each direct part of the model.
std::string parameters_text(const Model& model) {
  std::vector<std::pair<std::string, int64_t>> parts;
  for (const auto& [path, tensor] : model.named_parameters()) {
    const std::string part = path.substr(0, path.find('.'));
    if (parts.empty() || parts.back().first != part) parts.emplace_back(part, 0);
    parts.back().second += tensor.numel();
  }
  std::string text = fmt::format("parameters   {}\n", model.num_parameters());
  for (const auto& [part, count] : parts) text += fmt::format("  {:<10} {}\n", part, count);
  return text;
}

/// How the parameters are trained; nothing if all are trained alike.
std::string groups_text(const Trainer& trainer) {
  if (trainer.parts().size() == 1) return "";
  std::string text = "groups\n";
  for (const TrainedParameters::Part& part : trainer.parts()) {
    int64_t elements = 0;
    for (const auto& [path, parameter] : part.parameters) elements += parameter.numel();
    text += fmt::format("  {:<10} {} in {} tensors, {}", part.optimizer, elements,
                        part.parameters.size(), part.parameters.front().first);
    if (part.parameters.size() > 1) text += " to " + part.parameters.back().first;
    if (part.optimizer != frozen_part) {
      text += fmt::format("; lr × {:g}, weight decay {:g}", part.lr_factor, part.weight_decay);
    }
    text += "\n";
  }
  return text;
}

/// Collective: a line for each rank of a team.
std::string ranks_text(Team& team, const DividedOptimizer& optimizer, int64_t peak, int64_t parts) {
  if (team.is_alone()) return "";
  struct Memory {
    int64_t peak, optimizer;
  };
  const std::vector<Memory> all = team.gathered(Memory{peak, bytes_of(optimizer.own_state())});
  std::string text = "ranks\n";
  for (size_t r = 0; r < all.size(); ++r) {
    const auto [first, end] = team.share_of(parts, static_cast<int>(r));
    text +=
        fmt::format("  rank {:<5} {} at the peak, optimizer {}; parts {} to {} of {}\n", r,
                    bytes_text(all[r].peak), bytes_text(all[r].optimizer), first + 1, end, parts);
  }
  return text;
}

std::string schedule_text(const TrainingConfig& config) {
  std::string text =
      fmt::format("schedule     {} of {}; evaluation every {}\n", counted(config.steps, "step"),
                  counted(config.batch_size, "sequence"), *config.eval_every);
  int64_t before = 0;
  for (const int64_t step : {int64_t{1}, (config.steps + 1) / 2, *config.steps}) {
    if (step == before) continue;
    before = step;
    text += fmt::format("  step {:<7} lr {:.4g}, {} seen\n", step, config.lr_at(step - 1),
                        counted(step * config.batch_size, "sequence"));
  }
  return text;
}

}  // namespace

std::string dry_run(const std::string& path, const Experiment& experiment) {
  const TrainingConfig& config = experiment.training;
  Trainer& trainer = *experiment.trainer;
  const NamedTensors parameters = experiment.model->named_parameters();
  OneStep observer;
  reset_peak_memory();
  trainer.run(observer);
  const int64_t peak = memory_stats().peak_bytes;
  const std::string ranks =
      ranks_text(trainer.team(), trainer.optimizer(), peak, config.micro_batches);
  const Batch batch = trainer.batch_at(1);
  const double seconds = trainer.state().seconds;
  return fmt::format("{}: task {}, {}; nothing is written\n\n", path, task_name(experiment.config),
                     counted(experiment.task->evaluation_size(), "held-out sequence")) +
         parameters_text(*experiment.model) +
         fmt::format(
             "memory       {} at the peak of one step\n"
             "  parameters {}\n  gradients  {}\n  optimizer  {}\n",
             bytes_text(peak), bytes_text(bytes_of(parameters)),
             bytes_text(memory_estimate(trainer).gradients),
             bytes_text(trainer.optimizer().state_bytes())) +
         ranks + groups_text(trainer) + schedule_text(config) +
         fmt::format("first step   loss {:.6f}, gradient {:.4f}, {:.3g} s with {}\n",
                     observer.first.loss, observer.first.grad_norm, seconds,
                     counted(num_threads(), "thread")) +
         "first batch\n" + batch_text(batch, *experiment.task, 3);
}

}  // namespace heed
