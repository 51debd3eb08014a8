#include "heed/examples/cli/program.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <limits>
#include <new>
#include <string>
#include <vector>

#include "heed/examples/cli/commands/commands.h"
#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/config/suggest.h"
#include "heed/examples/cli/config/text.h"
#include "heed/examples/cli/failure.h"
#include "heed/examples/cli/run_directory.h"
#include "heed/examples/cli/signals.h"
#include "heed/framework/base/parallel.h"
#include "heed/framework/base/processors.h"

namespace heed {
namespace {

enum ExitCode { done = 0, failed = 1, bad_input = 2, diverged = 3 };

/// The command line is wrong: exit code 2.
class UsageError : public Error {
 public:
  using Error::Error;
};

/// What the options fill in.
struct Arguments {
  ConfigArguments config;
  std::string out;
  int threads = 0;
  GradcheckArguments gradcheck;
};

std::string suggestion(const std::string& word, const std::vector<std::string>& choices) {
  const auto near = nearest_word(word, choices);
  return near ? fmt::format("; did you mean \"{}\"?", *near) : "";
}

/// Refuses what CLI11 left over, in words like those of the configuration.
void check_leftovers(const CLI::App& command) {
  const std::vector<std::string> leftovers = command.remaining();
  if (leftovers.empty()) return;
  const std::string& first = leftovers.front();
  if (!first.starts_with("-")) {
    throw UsageError(
        fmt::format("heed {}: unexpected argument: {}", command.get_name(), in_quotes(first)));
  }
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  throw UsageError(fmt::format("heed {}: unknown option: {}{}", command.get_name(),
                               in_quotes(first),
                               suggestion(first.substr(0, first.find('=')), names)));
}

void check_command(const CLI::App& app, int argc, const char* const* argv) {
  const std::string first = argc > 1 ? argv[1] : "";
  if (first.empty() || first.starts_with("-")) return;
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  if (std::find(names.begin(), names.end(), first) != names.end()) return;
  throw UsageError(
      fmt::format("heed: unknown command: {}{}", in_quotes(first), suggestion(first, names)));
}

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

void add_commands(CLI::App& app, const Registry& registry, Arguments& arguments) {
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
    return "Writes config.json, metrics.jsonl and log.txt to the run directory; the last line on "
           "stdout is the result as JSON.\nExit codes: 0 done, 1 failure, 2 bad input, 3 "
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

  CLI::App* validate = app.add_subcommand("validate", "check a configuration, train nothing");
  add_config_options(*validate, arguments.config);
  validate->callback([&] { validate_command(registry, arguments.config); });

  add_gradcheck(app, registry, arguments.gradcheck);
  app.add_subcommand("tasks", "list tasks and attentions with their keys")->callback([&] {
    tasks_command(registry);
  });
  app.add_subcommand("info", "show version, processor, speed and threads")->callback([] {
    choose_threads(0);
    info_command();
  });
  for (CLI::App* command : app.get_subcommands({})) {
    command->allow_extras();
    // Runs before the callback, so that nothing happens on a mistyped line.
    command->parse_complete_callback([command] { check_leftovers(*command); });
  }
}

int tell(const std::string& text, ExitCode code) {
  std::fputs((text + "\n").c_str(), stderr);
  return code;
}

int run_checked(int argc, const char* const* argv, const Registry& registry) {
  CLI::App app(
      "heed trains multi-head attention on sequence tasks that a JSON file describes.\n"
      "Start with: heed train configs/reverse.json",
      "heed");
  app.set_version_flag("--version", "heed " HEED_VERSION);
  app.require_subcommand(1);
  Arguments arguments;
  add_commands(app, registry, arguments);
  check_command(app, argc, argv);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    return tell(fmt::format("heed: {}; see heed --help", error.what()), bad_input);
  }
  return done;
}

}  // namespace

void write_result(const std::string& text) {
  if (std::fputs(text.c_str(), stdout) < 0 || std::fflush(stdout) != 0) {
    throw RunError("stdout: cannot write: ", std::string_view(std::strerror(errno)));
  }
}

int run_program(int argc, const char* const* argv, const Registry& registry) {
  try {
    return run_checked(argc, argv, registry);
  } catch (const Interrupted& interrupted) {
    die_by(interrupted.signal());
  } catch (const ConfigError& error) {
    return tell(error.what(), bad_input);
  } catch (const UsageError& error) {
    return tell(fmt::format("{}; see heed --help", error.what()), bad_input);
  } catch (const DivergedError& error) {
    return tell(error.what(), diverged);
  } catch (const std::bad_alloc&) {
    return tell("heed: out of memory; make the model, the batch or the sequences smaller", failed);
  } catch (const std::exception& error) {
    return tell(error.what(), failed);
  }
}

}  // namespace heed
