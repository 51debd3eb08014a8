// `heed eval`: how well a trained model does on the held-out sequences.

#include "heed/examples/cli/commands/line/arguments.h"
#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/runs/evaluation_json.h"
#include "heed/examples/cli/runs/terminal.h"

namespace heed {
namespace {

void run_eval(const Program& program, const TrainedArguments& arguments) {
  const auto [trained, data] = load_measured(program, arguments);
  const Evaluation evaluation = evaluate(*trained.model, *data.task, data.training.batch_size);
  say("held-out examples, errors marked:\n" +
      example_predictions(*trained.model, *data.task, evaluation.first_wrong));
  JsonValue line = {{"task", trained.form.task},
                    {"checkpoint", trained.path},
                    {"step", trained.step},
                    {"sequences", data.task->evaluation_size()}};
  add_evaluation(line, evaluation);
  write_result(json_line(line));
}

}  // namespace

Command eval_command() {
  return {.name = "eval",
          .stage = Stage::use,
          .summary = "evaluate a trained model on the held-out sequences",
          .description =
              "Reproduces the evaluation from training exactly. --set overrides evaluation "
              "settings, for example the number of sequences. Examples go to stderr, the "
              "result to stdout as one line of JSON. Writes nothing.",
          .examples = {{"heed eval runs/sort-1", "the newest checkpoint"},
                       {"heed eval runs/sort-1 --best --set train.eval_sequences=10000",
                        "the best one, on more sequences"}},
          .call = calling(trained_options, run_eval)};
}

}  // namespace heed
