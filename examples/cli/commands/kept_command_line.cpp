#include <CLI/CLI.hpp>
#include <cmath>
#include <limits>

#include "heed/examples/cli/commands/command_line.h"
#include "heed/examples/cli/commands/manual.h"

namespace heed {
namespace {

constexpr int64_t most = std::numeric_limits<int64_t>::max();

void add_trained_options(CLI::App& command, TrainedArguments& arguments) {
  command
      .add_option("RUN", arguments.path,
                  "a run directory, of which the newest checkpoint is taken, or a checkpoint")
      ->required()
      ->type_name("RUN_DIR|CHECKPOINT");
  command.add_flag("--best", arguments.best,
                   "the checkpoint of the run's lowest held-out loss, not the newest");
  add_set_option(command, arguments.sets);
}

void add_eval(CLI::App& app, const Registry& registry, TrainedArguments& arguments) {
  CLI::App* command =
      app.add_subcommand("eval", "evaluate a trained model on the held-out sequences");
  add_trained_options(*command, arguments);
  set_manual(
      *command,
      {.description =
           "Gives the numbers that training has measured at that step, to the bit. --set evaluates "
           "otherwise, for example on more sequences. Examples go to stderr, the result to stdout "
           "as one line of JSON. Writes nothing.",
       .examples = {{R"(heed eval runs/sort-1)", "the newest checkpoint"},
                    {R"(heed eval runs/sort-1 --best --set train.eval_sequences=10000)",
                     "the best one, on more sequences"}}});
  command->callback([&] {
    choose_threads(0);
    eval_command(registry, arguments);
  });
}

/// Fails on what CLI11 cannot say: which of the options go together.
void check_predict(const PredictArguments& arguments) {
  const auto need = [](bool is_fine, const char* message) {
    if (!is_fine) throw UsageError(std::string("heed predict: ") + message);
  };
  need(!arguments.prompt || arguments.inputs.empty(),
       "--prompt goes on with a text, --input answers one; choose one of them");
  const bool samples = arguments.temperature.value_or(0) > 0;
  need(arguments.prompt || (!arguments.tokens && !arguments.temperature),
       "--tokens and --temperature say how a --prompt goes on; there is none");
  need(std::isfinite(arguments.temperature.value_or(0)) && arguments.temperature.value_or(0) >= 0,
       "--temperature must be at least 0 and finite");
  need(samples || (!arguments.top_k && !arguments.seed),
       "--top-k and --seed say how symbols are drawn; that needs a --temperature above 0");
  need(arguments.json || !arguments.scores, "--scores needs --json");
}

void add_generation_options(CLI::App& command, PredictArguments& arguments) {
  command
      .add_option("--prompt", arguments.prompt,
                  "go on after this text: for models that say what comes next")
      ->type_name("TEXT");
  command.add_option("--tokens", arguments.tokens, "so many symbols after the prompt; default 100")
      ->type_name("N")
      ->check(CLI::Range(int64_t{1}, int64_t{1'000'000}));
  command
      .add_option("--temperature", arguments.temperature,
                  "0: the most likely symbol each time (the default); 1: as the model has "
                  "learned; more: more evenly")
      ->type_name("T");
  command.add_option("--top-k", arguments.top_k, "draw only among the so many most likely symbols")
      ->type_name("K")
      ->check(CLI::Range(int64_t{1}, most));
  command.add_option("--seed", arguments.seed, "of the draws; default 0")
      ->type_name("N")
      ->check(CLI::Range(int64_t{0}, most));
}

void add_predict(CLI::App& app, const Registry& registry, PredictArguments& arguments) {
  CLI::App* command = app.add_subcommand("predict", "what a trained model says");
  add_trained_options(*command, arguments.trained);
  command
      ->add_option("--input", arguments.inputs,
                   "answer this, for example --input \"3 1 2\"; may be repeated; without it and "
                   "without --prompt each line of stdin is answered")
      ->type_name("TEXT")
      ->allow_extra_args(false);
  add_generation_options(*command, arguments);
  command->add_flag("--attention", arguments.attention,
                    "the weights of each head as text, or as arrays with --json");
  command->add_flag("--scores", arguments.scores,
                    "with --json: the scores of each class at each position");
  command->add_flag("--json", arguments.json, "a line of JSON for each answer");
  set_manual(
      *command,
      {.description =
           "Symbols are the task's own words with blanks between them, or the characters of a "
           "text. An "
           "answer is a line on stdout; in it a dot stands where the task never asks for anything. "
           "An encoder-decoder writes its answer symbol by symbol, the most likely one each "
           "time.\n\nAfter a prompt the model sees the last symbols of all, as many as its task's "
           "sequences have: the beginning of a longer prompt has no influence. Writes nothing.",
       .examples = {{R"(heed predict runs/sort-1 --input "3 1 2 5 9 0 4 4 8 1 7 7")",
                     "answers one sequence"},
                    {R"(heed predict runs/text-1 --prompt "The " --tokens 200 --temperature 0.8)",
                     "goes on with a text"}}});
  command->callback([&] {
    choose_threads(0);
    check_predict(arguments);
    predict_command(registry, arguments);
  });
}

void add_inspect(CLI::App& app, InspectArguments& arguments) {
  CLI::App* command = app.add_subcommand("inspect", "list the tensors of a safetensors file");
  command
      ->add_option("FILE", arguments.path,
                   "a safetensors file, or a checkpoint or run directory, whose model is shown")
      ->required();
  command->add_flag("--json", arguments.json, "a line of JSON for each tensor, then the whole");
  set_manual(
      *command,
      {.description = "Names, dtypes, shapes, sizes, and least, largest and mean of the finite "
                      "elements. Every rule "
                      "of the format and, where there are some, checksums are checked.",
       .exit_status = {{"0", "done"},
                       {"1", "something failed while it ran"},
                       {"2", "no such file, or one that breaks a rule"}},
       .examples = {{R"(heed inspect model.safetensors)", "a file of heed or of another program"},
                    {R"(heed inspect runs/sort-1 --json)",
                     "the newest checkpoint of a run, for a program"}}});
  command->callback([&] { inspect_command(arguments); });
}

void add_export(CLI::App& app, const Registry& registry, ExportArguments& arguments) {
  CLI::App* command =
      app.add_subcommand("export", "write a trained model's parameters to a safetensors file");
  add_trained_options(*command, arguments.trained);
  command->add_option("--out", arguments.out, "the file, which must not exist")
      ->type_name("FILE.safetensors")
      ->required();
  command->add_flag("--pytorch", arguments.pytorch,
                    "with the names of nn.TransformerEncoder and nn.TransformerDecoder");
  set_manual(
      *command,
      {.description =
           "The metadata has the configuration (heed.config), the step and the vocabulary. With "
           "--pytorch what is below encoder. and writer.decoder. is what PyTorch's layers load, "
           "and all else has heed's names; examples/pytorch_exchange.py shows how. `heed train "
           "--init FILE` reads either. The result is a line of JSON on stdout.",
       .examples = {
           {R"(heed export runs/sort-1 --out sort.safetensors)", "one file to give away"}}});
  command->callback([&] {
    choose_threads(0);
    export_command(registry, arguments);
  });
}

void add_graph(CLI::App& app, const Registry& registry, ConfigArguments& arguments) {
  CLI::App* command =
      app.add_subcommand("graph", "draw modules and data flow of one forward pass, for Graphviz");
  add_config_options(*command, arguments);
  set_manual(*command, {.description = "Graphviz's language on stdout. Boxes are ops, ellipses "
                                       "parameters, frames modules; arrows "
                                       "say axes and sizes of what flows.",
                        .examples = {{R"(heed graph configs/reverse.json | dot -Tsvg > model.svg)",
                                      "a picture, with Graphviz"}}});
  command->callback([&] {
    choose_threads(0);
    graph_command(registry, arguments);
  });
}

}  // namespace

void add_kept_commands(CLI::App& app, const Registry& registry, KeptArguments& arguments) {
  add_eval(app, registry, arguments.eval);
  add_predict(app, registry, arguments.predict);
  add_inspect(app, arguments.inspect);
  add_export(app, registry, arguments.exported);
  add_graph(app, registry, arguments.graph);
}

}  // namespace heed
