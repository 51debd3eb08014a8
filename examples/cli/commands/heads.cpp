// `heed heads`: what each head of a trained model contributes.
#include "heed/examples/cli/commands/line/arguments.h"
#include "heed/examples/cli/inspect/heads/asked_sequences.h"
#include "heed/examples/cli/inspect/heads/head_report.h"
#include "heed/examples/cli/runs/progress_bar.h"
#include "heed/examples/cli/runs/terminal.h"
#include "heed/examples/cli/training/failure.h"

namespace heed {
namespace {

struct HeadsArguments {
  TrainedArguments source;          // a configuration is trained first
  std::vector<std::string> inputs;  // none: held-out sequences
  int64_t sequences = 256;
  bool json = false;
  int64_t minutes = usual_minutes;
};

Options heads_options(HeadsArguments& arguments) {
  Options options = with_model(
      arguments.source,
      {Option::value("--input", &arguments.inputs, "TEXT",
                     "analyse this input instead of held-out sequences, measured against the "
                     "model's own answer; needs no data; may be repeated"),
       Option::value("--sequences", &arguments.sequences, "N",
                     "number of held-out sequences to use; default 256")
           .at_least(1)
           .excluding("--input"),
       Option::flag("--json", &arguments.json, "JSON lines with the weights instead of text"),
       minutes_option(arguments.minutes)});
  options.front().help =
      "a trained model: a run directory, a checkpoint, or a file that `heed export` wrote; or a "
      "JSON file, whose model is trained first";
  return options;
}

/// A trained model with its name, and what measures it.
struct Examined {
  std::string name;
  std::unique_ptr<Model> model;
  TaskForm form = {};
  std::unique_ptr<Task> task = {};  // none: the inputs that were given
  int64_t batch_size = 1;
};

void check_heads(const Examined& examined) {
  if (has_heads(*examined.model)) return;
  throw RunError(examined.name, ": heads: ", no_heads);
}

/// Of a configuration: it is trained.
Examined newly_trained(const Program& program, const HeadsArguments& arguments) {
  const TrainedArguments& source = arguments.source;
  if (source.best) refuse_best(source);
  Experiment experiment = experiment_of(program, {source.path, source.sets});
  Examined examined{source.path, std::move(experiment.model)};
  check_heads(examined);
  ProgressBar progress(*experiment.trainer);
  experiment.trainer->run(progress);
  examined.form = form_of(task_name(experiment.config), *experiment.task);
  examined.task = std::move(experiment.task);
  examined.batch_size = experiment.training.batch_size;
  return examined;
}

Examined examined_model(const Program& program, const HeadsArguments& arguments) {
  if (!is_trained_model(arguments.source.path)) return newly_trained(program, arguments);
  Examined examined;
  if (arguments.inputs.empty()) {
    auto [trained, data] = load_measured(program, arguments.source);
    examined = {trained.path, std::move(trained.model), std::move(trained.form),
                std::move(data.task), data.training.batch_size};
  } else {
    TrainedModel trained = load_named(program, arguments.source);
    examined = {trained.path, std::move(trained.model), std::move(trained.form)};
  }
  check_heads(examined);
  return examined;
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
  Examined examined = examined_model(program, arguments);
  const std::string& name = examined.name;
  HeadLabOptions options{.sequences = arguments.sequences,
                         .batch_size = examined.batch_size,
                         .name = name,
                         .most_minutes = arguments.minutes};
  if (!arguments.inputs.empty()) {
    examined.task =
        std::make_unique<AskedSequences>(*examined.model, examined.form, arguments.inputs);
    options.sequences = std::ssize(arguments.inputs);
    options.batch_size = 1;
  }
  HeadLabReport report = examine_heads(*examined.model, *examined.task, options);
  report.is_asked = !arguments.inputs.empty();
  write_result(arguments.json ? head_json(report, name) : head_text(report, name));
  check_proofs(report, name);
}

}  // namespace

Command heads_command() {
  return {.name = "heads",
          .stage = Stage::analyse,
          .summary = "analyse the attention heads of a model: what each contributes",
          .description =
              "Reads a trained model, or trains that of a JSON file exactly as `heed train` does; "
              "writes nothing. Then for each head: the entropy of its weights, the gradient of the "
              "loss with respect to a gate on the head, loss and accuracy without "
              "it, its similarity to the other heads, a picture of its weights. Finally the least "
              "important head of all is pruned.",
          .exit_status = trained_status,
          .examples = {{"heed heads configs/cross_reverse.json",
                        "trains a model, then analyses its three heads"},
                       {"heed heads runs/sort-1 --json", "analyses a run, as JSON"},
                       {"heed heads text.safetensors --input \"To be or not\"",
                        "analyses one input of your own"}},
          .call = calling(heads_options, run_heads)};
}

}  // namespace heed
