#include "heed/examples/cli/commands/line/arguments.h"

#include "heed/examples/cli/runs/terminal.h"

namespace heed {
namespace {

Options appended(Options options, const Options& more) {
  options.insert(options.end(), more.begin(), more.end());
  return options;
}

StoredModel read_named(const TrainedArguments& arguments) {
  return read_stored_model(arguments.path,
                           arguments.best ? WhichCheckpoint::best : WhichCheckpoint::newest);
}

}  // namespace

Option set_option(std::vector<std::string>& sets) {
  return Option::value(
      "--set", &sets, "PATH=VALUE",
      "change one key, for example --set train.lr=0.01; may be repeated. null gives the "
      "default, an object sets several keys of a section, and another type drops "
      "the keys of the file's own");
}

Options with_config(ConfigArguments& arguments, const Options& more) {
  return appended(
      {Option::argument("CONFIG", &arguments.path, "a JSON file, such as configs/reverse.json"),
       set_option(arguments.sets)},
      more);
}

Options config_options(ConfigArguments& arguments) {
  return with_config(arguments);
}

Experiment experiment_of(const Program& program, const ConfigArguments& arguments) {
  return prepare_experiment(program.registry, arguments.path, arguments.sets);
}

Options with_trained(TrainedArguments& arguments, const Options& more) {
  return appended(
      {Option::argument("RUN", &arguments.path,
                        "a run directory (its newest checkpoint is used) or a checkpoint",
                        "RUN_DIR|CHECKPOINT"),
       Option::flag("--best", &arguments.best,
                    "use the checkpoint with the lowest held-out loss instead of the newest"),
       set_option(arguments.sets)},
      more);
}

Options trained_options(TrainedArguments& arguments) {
  return with_trained(arguments);
}

TrainedModel load_named(const Program& program, const TrainedArguments& arguments) {
  StoredModel stored = read_named(arguments);
  change_config(program.registry, stored, arguments.sets);
  return trained_model(std::move(stored), program.registry);
}

MeasuredModel load_measured(const Program& program, const TrainedArguments& arguments) {
  StoredModel stored = read_named(arguments);
  TrainedTask data = open_task(program.registry, stored, arguments.sets);
  for (const std::string& warning : data.warnings) say(arguments.path + ": " + warning);
  return {trained_model(std::move(stored), program.registry), std::move(data)};
}

}  // namespace heed
