#include "heed/examples/cli/command_line.h"

#include <CLI/CLI.hpp>
#include <limits>
#include <optional>

#include "heed/examples/cli/run_directory.h"
#include "heed/framework/base/parallel.h"
#include "heed/framework/base/processors.h"

namespace heed {
namespace {

void add_config_options(CLI::App& command, ConfigArguments& arguments) {
  command.add_option("CONFIG", arguments.path, "a JSON file, such as configs/reverse.json")
      ->required();
  command
      .add_option("--set", arguments.sets,
                  "changes one key, for example --set train.lr=0.01; may be repeated")
      ->type_name("PATH=VALUE")
      ->allow_extra_args(false);
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
  command->footer(
      "Computes in f64 with two sequences of the task, dropout included. The last line on stdout "
      "is "
      "the result as JSON.\nExit codes: 0 the gradients are right, 1 they are not, 2 bad input.");
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
  command->footer(
      "Two sequences of the task, as in the first step of training. A view is memory of an input;\n"
      "copy and compute make new memory. Axes have the names that the modules' own checks of\n"
      "their shapes give them, or that follow from those.");
  command->callback([&] {
    choose_threads(0);
    trace_command(registry, arguments);
  });
}

void add_leaks(CLI::App& app, const Registry& registry, ConfigArguments& arguments) {
  CLI::App* command = app.add_subcommand(
      "leaks", "prove that no output depends on a position that it must not see");
  add_config_options(*command, arguments);
  command->footer(
      "By gradients in f64, which must be exactly 0: of each output with respect to the tokens of\n"
      "other sequences, to later ones where the model may not see them, and to padding (of random\n"
      "length, if the attention takes masks). The last line on stdout is the result as JSON.\n"
      "Exit codes: 0 nothing leaks, 1 something does, 2 bad input.");
  command->callback([&] {
    choose_threads(0);
    leaks_command(registry, arguments);
  });
}

void add_heads(CLI::App& app, const Registry& registry, HeadsArguments& arguments) {
  CLI::App* command = app.add_subcommand(
      "heads", "train a model and take its attention heads apart: what each is good for");
  add_config_options(*command, arguments.config);
  command->get_option("CONFIG")->description(
      "a JSON file, or a run directory, whose config.json is trained again");
  command
      ->add_option("--sequences", arguments.sequences,
                   "look at so many held-out sequences; default 256")
      ->type_name("N")
      ->check(CLI::Range(int64_t{1}, std::numeric_limits<int64_t>::max()));
  command->add_flag("--json", arguments.json, "JSON lines instead of text");
  command->footer(
      "Trains as `heed train` does, to the same bits, and writes nothing. Then for each head: the\n"
      "entropy of its weights, the gradient of the loss with respect to a gate on the head, loss\n"
      "and accuracy without it, its likeness to the other heads, a picture of its weights. Last,\n"
      "the least important head of all is taken out for good.\n"
      "Exit codes: 0 done, 1 failure, 2 bad input, 3 diverged.");
  command->callback([&] {
    choose_threads(0);
    heads_command(registry, arguments);
  });
}

void add_train(CLI::App& app, const Registry& registry, CommandArguments& arguments) {
  CLI::App* train = app.add_subcommand("train", "train the model that a configuration describes");
  add_config_options(*train, arguments.config);
  train
      ->add_option("--out", arguments.out,
                   "the run directory, which must not exist; default runs/<task>-<n>")
      ->type_name("DIR");
  train
      ->add_option("--threads", arguments.threads,
                   "threads to use; changes no bit of the result; default: HEED_THREADS, or all "
                   "processors there are")
      ->type_name("N")
      ->check(CLI::Range(1, most_threads));
  train->footer([&registry] {
    return "Writes config.json, metrics.jsonl, log.txt and, where a task has one, vocabulary.json "
           "to "
           "the run directory; the last line on stdout is the result as JSON.\nExit codes: 0 done, "
           "1 failure, 2 bad input, 3 "
           "diverged.\n\n"
           "Keys of CONFIG (`heed tasks` lists those of tasks and attentions):\n" +
           key_listing(registry.table());
  });
  train->callback([&] {
    choose_threads(arguments.threads);
    const auto* out = app.get_subcommand("train")->get_option("--out");
    if (out->count() > 0) check_is_free(arguments.out);
    train_command(registry, arguments.config,
                  out->count() > 0 ? std::optional(arguments.out) : std::nullopt);
  });
}

}  // namespace

void add_commands(CLI::App& app, const Registry& registry, CommandArguments& arguments) {
  add_train(app, registry, arguments);

  CLI::App* validate = app.add_subcommand("validate", "check a configuration, train nothing");
  add_config_options(*validate, arguments.config);
  validate->callback([&] { validate_command(registry, arguments.config); });

  add_gradcheck(app, registry, arguments.gradcheck);
  add_trace(app, registry, arguments.trace);
  add_leaks(app, registry, arguments.config);
  add_heads(app, registry, arguments.heads);
  app.add_subcommand("tasks", "list tasks and attentions with their keys")->callback([&] {
    tasks_command(registry);
  });
  app.add_subcommand("info", "show version, processor, speed and threads")->callback([] {
    choose_threads(0);
    info_command();
  });
}

}  // namespace heed
