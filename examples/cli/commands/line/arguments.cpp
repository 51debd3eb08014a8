#include "heed/examples/cli/commands/line/arguments.h"

#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/runs/terminal.h"

namespace heed {
namespace {

Options appended(Options options, const Options& more) {
  options.insert(options.end(), more.begin(), more.end());
  return options;
}

Option best_option(TrainedArguments& arguments) {
  return Option::flag("--best", &arguments.best,
                      "use the checkpoint with the lowest held-out loss instead of the newest");
}

/// train.seed in a configuration as JSON.
uint64_t seed_in(const std::string& config) {
  const JsonValue json = read_json(config);
  const JsonValue* train = json.find("train");
  const JsonValue* seed = train == nullptr ? nullptr : train->find("seed");
  return seed == nullptr ? 0 : parse_number<uint64_t>(seed->text).value_or(0);
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
      {Option::argument("RUN|FILE", &arguments.path,
                        "a run directory (its newest checkpoint is used), a checkpoint, or a file "
                        "that `heed export` wrote",
                        "RUN_DIR|CHECKPOINT|FILE"),
       best_option(arguments), set_option(arguments.sets)},
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

Options with_model(TrainedArguments& arguments, const Options& more) {
  return appended(
      {Option::argument("CONFIG|RUN|FILE", &arguments.path,
                        "a JSON file, whose model is not trained; or a trained model: a run "
                        "directory, a checkpoint, or a file that `heed export` wrote",
                        "CONFIG|RUN_DIR|CHECKPOINT|FILE"),
       best_option(arguments), set_option(arguments.sets)},
      more);
}

Options model_options(TrainedArguments& arguments) {
  return with_model(arguments);
}

Option minutes_option(int64_t& minutes) {
  return Option::value("--minutes", &minutes, "N",
                       "refuse what would take longer, by an estimate after its first parts; "
                       "default 10")
      .at_least(1)
      .at_most(1'000'000);
}

void refuse_best(const TrainedArguments& arguments) {
  refuse(arguments.path, "--best is for a run; this is a configuration");
}

NamedModel named_model(const Program& program, const TrainedArguments& arguments) {
  if (is_trained_model(arguments.path)) {
    TrainedModel trained = load_named(program, arguments);
    return {arguments.path, std::move(trained.model), std::move(trained.form),
            seed_in(trained.config)};
  }
  if (arguments.best) refuse_best(arguments);
  Experiment experiment = experiment_of(program, {arguments.path, arguments.sets});
  return {arguments.path, std::move(experiment.model),
          form_of(task_name(experiment.config), *experiment.task),
          experiment.training.random_seed()};
}

MeasuredModel load_measured(const Program& program, const TrainedArguments& arguments) {
  StoredModel stored = read_named(arguments);
  TrainedTask data = open_task(program.registry, stored, arguments.sets);
  for (const std::string& warning : data.warnings) say(arguments.path + ": " + warning);
  return {trained_model(std::move(stored), program.registry), std::move(data)};
}

}  // namespace heed
