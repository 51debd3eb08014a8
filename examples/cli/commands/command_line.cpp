#include "heed/examples/cli/commands/command_line.h"

#include <CLI/CLI.hpp>
#include <limits>
#include <optional>

#include "heed/examples/cli/commands/manual.h"
#include "heed/examples/cli/commands/reference_commands.h"
#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/runs/run_directory.h"
#include "heed/framework/base/parallel.h"
#include "heed/framework/base/processors.h"

namespace heed {

void add_set_option(CLI::App& command, std::vector<std::string>& sets) {
  command
      .add_option("--set", sets,
                  "changes one key, for example --set train.lr=0.01; may be repeated")
      ->type_name("PATH=VALUE")
      ->allow_extra_args(false);
}

void add_config_options(CLI::App& command, ConfigArguments& arguments) {
  command.add_option("CONFIG", arguments.path, "a JSON file, such as configs/reverse.json")
      ->required();
  add_set_option(command, arguments.sets);
}

/// Fails on a bad HEED_THREADS before anything is done.
void choose_threads(int count) {
  if (count != 0) return set_num_threads(count);
  try {
    static_cast<void>(num_threads());
  } catch (const ValueError& error) {
    throw UsageError(error.what());
  }
}

namespace {

/// Of the commands that train.
const std::vector<std::pair<std::string, std::string>> run_status{
    {"0", "done"},
    {"1", "something failed while it ran"},
    {"2", "bad input; nothing was written"},
    {"3", "diverged: the loss or a gradient was no longer finite"}};

void add_gradcheck(CLI::App& app, const Registry& registry, GradcheckArguments& arguments) {
  CLI::App* command = app.add_subcommand(
      "gradcheck", "compare the gradients of a configured model with finite differences");
  add_config_options(*command, arguments.config);
  CLI::Option* all = command->add_flag(
      "--all", arguments.all, "every element of every parameter; the default of small models");
  command
      ->add_option("--sample", arguments.sample,
                   "so many elements at random, at least one of each parameter; the default of "
                   "large models")
      ->type_name("N")
      ->check(CLI::Range(int64_t{1}, std::numeric_limits<int64_t>::max()))
      ->excludes(all);
  command
      ->add_option("--seed", arguments.seed,
                   "of the sample and of the random directions; default 0")
      ->check(CLI::Range(int64_t{0}, std::numeric_limits<int64_t>::max()))
      ->type_name("N");
  command->add_flag("--second-order", arguments.second_order,
                    "check the gradients of the gradients");
  set_manual(
      *command,
      {.description =
           "Computes in f64 with two sequences of the task, dropout included: the gradient of each "
           "checked element against the difference of two losses. Names the worst one by its path "
           "and index. The last line on stdout is the result as JSON.",
       .exit_status = {{"0", "the gradients are right"},
                       {"1", "they are not, or something failed"},
                       {"2", "bad input; nothing was done"}},
       .examples = {{"heed gradcheck configs/reverse.json", "checks first derivatives"},
                    {"heed gradcheck configs/text.json --sample 200 --second-order",
                     "checks 200 elements and the gradients of their gradients"}}});
  command->callback([&] {
    choose_threads(0);
    gradcheck_command(registry, arguments);
  });
}

void add_trace(CLI::App& app, const Registry& registry, TraceArguments& arguments) {
  CLI::App* command = app.add_subcommand(
      "trace", "show each operation of one forward pass: named axes, sizes, views and copies");
  add_config_options(*command, arguments.config);
  command->add_flag("--json", arguments.json, "a JSON line for each operation, then the totals");
  set_manual(
      *command,
      {.description =
           "Runs two sequences of the task, as in the first step of training. A view is memory of "
           "an input; copy and compute make new memory. Axes have the names that the modules' own "
           "checks of their shapes give them, or that follow from those.",
       .examples = {
           {"heed trace configs/cross_reverse.json", "prints a table"},
           {"heed trace configs/text.json --json | tail -n 1", "prints only the totals"}}});
  command->callback([&] {
    choose_threads(0);
    trace_command(registry, arguments);
  });
}

void add_leaks(CLI::App& app, const Registry& registry, ConfigArguments& arguments) {
  CLI::App* command = app.add_subcommand(
      "leaks", "prove that no output depends on a position that it must not see");
  add_config_options(*command, arguments);
  set_manual(
      *command,
      {.description =
           "Proves it by gradients in f64, which must be exactly 0: of each output with respect to "
           "the tokens of other sequences, to later ones where the model may not see them, and to "
           "padding (of random length, if the attention takes masks). The last line on stdout is "
           "the result as JSON.",
       .exit_status = {{"0", "nothing leaks"},
                       {"1", "something does, or something failed"},
                       {"2", "bad input; nothing was done"}},
       .examples = {{"heed leaks configs/induction.json", "checks a model that looks back"}}});
  command->callback([&] {
    choose_threads(0);
    leaks_command(registry, arguments);
  });
}

void add_heads(CLI::App& app, const Registry& registry, HeadsArguments& arguments) {
  CLI::App* command = app.add_subcommand(
      "heads", "take the attention heads of a model apart: what each is good for");
  add_config_options(*command, arguments.config);
  command->get_option("CONFIG")->description(
      "a run directory or a checkpoint, whose model is looked at, or a JSON file, whose model is "
      "trained first");
  command
      ->add_option("--sequences", arguments.sequences,
                   "look at so many held-out sequences; default 256")
      ->type_name("N")
      ->check(CLI::Range(int64_t{1}, std::numeric_limits<int64_t>::max()));
  command->add_flag("--json", arguments.json, "JSON lines instead of text");
  set_manual(
      *command,
      {.description =
           "Reads the weights of a run or a checkpoint, or trains a JSON file as `heed train` "
           "does, "
           "to the same bits; writes nothing. Then for each head: the entropy of its weights, the "
           "gradient of the loss with respect to a gate on the head, loss and accuracy without it, "
           "its likeness to the other heads, a picture of its weights. Last, the least important "
           "head of all is taken out for good.",
       .exit_status = run_status,
       .examples = {{"heed heads configs/cross_reverse.json", "trains and shows three heads"},
                    {"heed heads runs/sort-1 --json", "takes a run apart, for another program"}}});
  command->callback([&] {
    choose_threads(0);
    heads_command(registry, arguments);
  });
}

/// Fails on what CLI11 cannot say: which of the options go together.
void check_train(const TrainArguments& arguments, bool has_config) {
  if (arguments.resume && arguments.out) {
    throw UsageError("heed train: --out names a new run; --resume goes on in its own directory");
  }
  if (arguments.resume && (arguments.init || arguments.dry_run)) {
    throw UsageError("heed train: --init and --dry-run are for a new run, not with --resume");
  }
  if (arguments.dry_run && arguments.out) {
    throw UsageError("heed train: --dry-run writes nothing; leave out --out");
  }
  if (!arguments.resume && !has_config) {
    throw UsageError("heed train: CONFIG is required, or --resume");
  }
  if (has_config && arguments.config.path.empty()) {
    refuse("CONFIG", "the name of the configuration is empty");
  }
  if (arguments.out) check_is_free(*arguments.out);
}

void add_train(CLI::App& app, const Registry& registry, TrainArguments& arguments) {
  CLI::App* train = app.add_subcommand("train", "train the model that a configuration describes");
  add_config_options(*train, arguments.config);
  train->get_option("CONFIG")->required(false);
  train
      ->add_option("--out", arguments.out,
                   "the run directory, which must not exist; default runs/<task>-<n>")
      ->type_name("DIR");
  train
      ->add_option(
          "--resume", arguments.resume,
          "go on with a run, or with one of its checkpoints, to the same bits as if it had "
          "never stopped; only --set changes its configuration, and a CONFIG with more "
          "steps")
      ->type_name("RUN_DIR|CHECKPOINT");
  train
      ->add_option("--init", arguments.init,
                   "take the parameters of a new run from a file, with heed's names or PyTorch's")
      ->type_name("FILE.safetensors");
  train->add_flag("--dry-run", arguments.dry_run,
                  "show parameters, memory, schedule, the first batch and one step; write nothing");
  train
      ->add_option("--threads", arguments.threads,
                   "threads to use; changes no bit of the result; default: HEED_THREADS, or all "
                   "processors there are")
      ->type_name("N")
      ->check(CLI::Range(1, most_threads));
  set_manual(
      *train,
      {.description =
           "Writes config.json, metrics.jsonl, log.txt, checkpoints and, where a task has one, "
           "vocabulary.json to the run directory: see docs/runs.md. Progress goes to stderr; the "
           "last line on stdout is the result as JSON. SIGINT (Ctrl-C), SIGTERM and SIGHUP end a "
           "run "
           "between two steps, with a checkpoint; `heed train --resume` goes on as if it had never "
           "stopped.",
       .exit_status = run_status,
       .examples = {{"heed train configs/reverse.json", "trains into runs/reverse-1"},
                    {"heed train configs/sort.json --set train.seed=3 --out runs/third",
                     "trains with another seed into a directory of your choice"},
                    {"heed train --resume runs/third", "goes on after a Ctrl-C"},
                    {"heed train --resume runs/third --set train.steps=2000",
                     "trains longer than was planned"}},
       .appendix = {"KEYS OF CONFIG", [&registry] {
                      return key_listing(registry.table()) +
                             "\nFor those of tasks and attentions see `heed tasks`.";
                    }}});
  train->callback([&registry, &arguments, train] {
    choose_threads(arguments.threads);
    check_train(arguments, train->get_option("CONFIG")->count() > 0);
    train_command(registry, arguments);
  });
}

void add_validate(CLI::App& app, const Registry& registry, ConfigArguments& arguments) {
  CLI::App* command = app.add_subcommand("validate", "check a configuration, train nothing");
  add_config_options(*command, arguments);
  set_manual(*command,
             {.description =
                  "Reads it as `heed train` does and builds the model. Tells every fault with its "
                  "line and column, or says in one line what the configuration describes.",
              .examples = {{"heed validate configs/reverse.json", "says that it is valid"},
                           {"heed validate mine.json --set model.layers=3",
                            "checks it with one key changed"}}});
  command->callback([&] { validate_command(registry, arguments); });
}

void add_listings(CLI::App& app, const Registry& registry) {
  CLI::App* tasks = app.add_subcommand("tasks", "list tasks and attentions with their keys");
  set_manual(*tasks,
             {.description =
                  "The types that the sections \"task\" and \"model.attention\" of a configuration "
                  "can have, each with what it is and its keys: meaning, range and default.",
              .examples = {{"heed tasks | less", "reads them all"}}});
  tasks->callback([&] { tasks_command(registry); });
  CLI::App* info = app.add_subcommand("info", "show version, processor, speed and threads");
  set_manual(*info, {.description =
                         "What the program runs on and how fast that is: the processor, the vector "
                         "instructions and BLAS kernels in use, a measured peak, threads, memory.",
                     .examples = {{"heed info", "takes a second, for the measurement"}}});
  info->callback([] {
    choose_threads(0);
    info_command();
  });
}

const ManualText overview{
    .description =
        "Trains multi-head attention on sequence tasks that a JSON file describes, and takes it "
        "apart. Start with: heed train configs/reverse.json\n\n"
        "Results go to stdout, progress to stderr. HEED_THREADS limits the threads, HEED_SIMD "
        "names the vector instructions, NO_COLOR=1 takes colours out of the progress.",
    .exit_status = {{"0", "done"},
                    {"1", "something failed while it ran"},
                    {"2", "bad input; nothing was done or written"},
                    {"3", "training diverged"}},
    .examples = {{"heed init reverse --out mine.json", "writes a configuration to start from"},
                 {"heed train mine.json", "trains what it describes"},
                 {"heed help train", "all about training"}}};

}  // namespace

void add_commands(CLI::App& app, const Registry& registry, CommandArguments& arguments) {
  set_manual(app, {});  // what a command without a text of its own inherits
  add_train(app, registry, arguments.train);
  add_validate(app, registry, arguments.config);
  add_gradcheck(app, registry, arguments.gradcheck);
  add_trace(app, registry, arguments.trace);
  add_leaks(app, registry, arguments.config);
  add_heads(app, registry, arguments.heads);
  add_kept_commands(app, registry, arguments.kept);
  add_listings(app, registry);
  add_reference_commands(app, registry, arguments);
  set_manual(app, overview);
}

}  // namespace heed
