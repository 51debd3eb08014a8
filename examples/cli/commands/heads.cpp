#include <fmt/format.h>

#include <cstdio>
#include <filesystem>

#include "heed/examples/cli/commands/kept_commands.h"
#include "heed/examples/cli/inspect/heads/head_report.h"
#include "heed/examples/cli/training/experiment.h"
#include "heed/examples/cli/training/failure.h"

namespace heed {
namespace {

void say(const std::string& line) {
  std::fputs((line + "\n").c_str(), stderr);
}

/// A line on stderr for each evaluation; nothing is written.
class TrainingLines : public TrainingObserver {
 public:
  explicit TrainingLines(int64_t steps) : steps_(steps) {}
  void on_step(const StepReport& report) override { loss_ = report.loss; }
  void on_evaluation(int64_t step, const Evaluation& evaluation) override {
    say(fmt::format("step {}/{}  loss {:.4f}  token {:.4f}  sequence {:.4f}", step, steps_, loss_,
                    evaluation.token_accuracy, evaluation.sequence_accuracy));
  }

 private:
  int64_t steps_;
  double loss_ = 0;
};

/// What is looked at, trained.
struct Examined {
  std::string name;
  Experiment experiment;
};

void check_heads(const std::string& path, const Experiment& experiment) {
  if (has_heads(*experiment.model)) return;
  throw RunError(path, ": heads: no attention of this model is a multi-head attention; `heed ",
                 "tasks` lists others");
}

/// The kept model of a run directory or a checkpoint; a configuration is trained.
Examined trained_model(const Registry& registry, const ConfigArguments& arguments) {
  std::error_code ignored;
  if (std::filesystem::is_directory(arguments.path, ignored)) {
    TrainedModel trained = load_named(registry, {arguments.path, false, arguments.sets});
    check_heads(trained.checkpoint, trained.experiment);
    return {trained.checkpoint, std::move(trained.experiment)};
  }
  Experiment experiment = prepare_experiment(registry, arguments.path, arguments.sets);
  check_heads(arguments.path, experiment);
  TrainingLines lines(experiment.training.steps);
  experiment.trainer->run(lines);
  return {arguments.path, std::move(experiment)};
}

/// The report shows these differences as proofs. Throws RunError if they are none.
void check_proofs(const HeadLabReport& report, const std::string& path) {
  constexpr double most = 1e-3;  // of scores in f32
  if (!(report.translation_difference <= most)) {
    throw RunError(path, ": heads: the translated model gives other scores, by ",
                   report.translation_difference);
  }
  if (report.pruned && !(report.pruned->difference <= most)) {
    throw RunError(path, ": heads: the pruned model gives other scores than the gated one, by ",
                   report.pruned->difference);
  }
}

}  // namespace

void heads_command(const Registry& registry, const HeadsArguments& arguments) {
  const auto [path, experiment] = trained_model(registry, arguments.config);
  const HeadLabReport report = examine_heads(*experiment.model, *experiment.task,
                                             arguments.sequences, experiment.training.batch_size);
  write_result(arguments.json ? head_json(report, path) : head_text(report, path));
  check_proofs(report, path);
}

}  // namespace heed
