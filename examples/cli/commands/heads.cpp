// `heed heads`: what each head of a trained model contributes.
#include <filesystem>

#include "heed/examples/cli/commands/line/arguments.h"
#include "heed/examples/cli/inspect/heads/head_report.h"
#include "heed/examples/cli/runs/progress_bar.h"
#include "heed/examples/cli/runs/terminal.h"
#include "heed/examples/cli/training/failure.h"

namespace heed {
namespace {

struct HeadsArguments {
  ConfigArguments source;  // a configuration, a run directory or a checkpoint
  int64_t sequences = 256;
  bool json = false;
};

Options heads_options(HeadsArguments& arguments) {
  Options options = with_config(
      arguments.source, {Option::value("--sequences", &arguments.sequences, "N",
                                       "number of held-out sequences to use; default 256")
                             .at_least(1),
                         Option::flag("--json", &arguments.json, "JSON lines instead of text")});
  options.front().name = "RUN|CONFIG";
  options.front().value_name = "CONFIG";
  options.front().help =
      "a run directory or a checkpoint, whose model is analysed, or a JSON file, whose model is "
      "trained first";
  return options;
}

/// A trained model with its name, and what measures it.
struct Examined {
  std::string name;
  std::unique_ptr<Model> model;
  std::unique_ptr<Task> task;
  int64_t batch_size;
};

void check_heads(const std::string& path, Model& model) {
  if (has_heads(model)) return;
  throw RunError(path, ": heads: no attention of this model is a multi-head attention; `heed ",
                 "tasks` lists others");
}

/// The model of a run directory or a checkpoint; a configuration is trained.
Examined examined_model(const Program& program, const ConfigArguments& arguments) {
  std::error_code ignored;
  if (std::filesystem::is_directory(arguments.path, ignored)) {
    auto [trained, data] = load_measured(program, {arguments.path, false, arguments.sets});
    check_heads(trained.path, *trained.model);
    return {trained.path, std::move(trained.model), std::move(data.task), data.training.batch_size};
  }
  Experiment experiment = experiment_of(program, arguments);
  check_heads(arguments.path, *experiment.model);
  ProgressBar progress(*experiment.trainer);
  experiment.trainer->run(progress);
  return {arguments.path, std::move(experiment.model), std::move(experiment.task),
          experiment.training.batch_size};
}

/// The report shows these differences as proofs. Throws RunError if they are none.
void check_proofs(const HeadLabReport& report, const std::string& path) {
  constexpr double most = 1e-3;  // of scores in f32
  if (!(report.translation_difference <= most)) {
    throw RunError(path, ": heads: the translated model's scores differ by ",
                   report.translation_difference);
  }
  if (report.pruned && !(report.pruned->difference <= most)) {
    throw RunError(path, ": heads: the pruned model's scores differ from the gated one's by ",
                   report.pruned->difference);
  }
}

void run_heads(const Program& program, const HeadsArguments& arguments) {
  const auto [path, model, task, batch_size] = examined_model(program, arguments.source);
  const HeadLabReport report = examine_heads(*model, *task, arguments.sequences, batch_size);
  write_result(arguments.json ? head_json(report, path) : head_text(report, path));
  check_proofs(report, path);
}

}  // namespace

Command heads_command() {
  return {.name = "heads",
          .stage = Stage::analyse,
          .summary = "analyse the attention heads of a model: what each contributes",
          .description =
              "Reads the weights of a run or a checkpoint, or trains the model of a JSON file "
              "exactly as `heed train` does; writes nothing. Then for each head: the entropy of "
              "its weights, the "
              "gradient of the loss with respect to a gate on the head, loss and accuracy without "
              "it, its similarity to the other heads, a picture of its weights. Finally the least "
              "important head of all is pruned.",
          .exit_status = trained_status,
          .examples = {{"heed heads configs/cross_reverse.json",
                        "trains a model, then analyses its three heads"},
                       {"heed heads runs/sort-1 --json", "analyses a run, as JSON"}},
          .call = calling(heads_options, run_heads)};
}

}  // namespace heed
