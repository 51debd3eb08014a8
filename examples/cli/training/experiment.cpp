#include "heed/examples/cli/training/experiment.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/config/key_error.h"
#include "heed/examples/cli/config/read_config.h"
#include "heed/examples/cli/ranks/job.h"
#include "heed/examples/cli/training/memory_estimate.h"
#include "heed/framework/base/available_memory.h"
#include "heed/framework/base/text.h"
#include "heed/framework/tensor/shapes_only.h"

namespace heed {
namespace {

/// How much of an experiment is made.
enum class Form { whole, shapes };

Experiment build(const Registry& registry, Config config, Form form, const TaskForm* trained,
                 Team& team) {
  const TrainingConfig training = read_training_config(config, registry);
  auto task = make_task(registry, config, training, trained);
  const ModelKeys model_keys{config.section("model"), registry};
  std::unique_ptr<Model> model;
  std::unique_ptr<Trainer> trainer;
  const auto make = [&] {
    trainer.reset();
    model = make_model(model_keys, task->shape());
    trainer = std::make_unique<Trainer>(*model, *task, training, team);
  };
  {
    const ShapesOnly guard;
    make();
  }
  if (form == Form::whole) {
    const std::string fault = memory_fault(memory_estimate(*trainer), available_memory());
    if (!fault.empty()) throw ValueError(fault);
    make();
  }
  return {std::move(config), training, std::move(task), std::move(model), std::move(trainer)};
}

std::string shown_source(const std::string& path) {
  return path == "-" ? "stdin" : path;
}

Experiment build_from(const Registry& registry, Config config, const ConfigSource& source,
                      Form form) {
  const std::string text = config.text();
  return made_from({shown_source(source.path), text, source.sets}, [&] {
    return build(registry, std::move(config), form, source.trained, source.team);
  });
}

void show_warnings(const Config& config) {
  if (!speaks_for_job()) return;
  for (const std::string& warning : config.warnings()) {
    std::fputs((without_controls(warning) + "\n").c_str(), stderr);
  }
}

}  // namespace

Experiment plan_experiment(const Registry& registry, const std::string& path,
                           const std::vector<std::string>& sets) {
  Config config = read_config_file(registry.table(), path, sets);
  show_warnings(config);
  return plan_experiment(registry, std::move(config), {path, sets});
}

Experiment plan_experiment(const Registry& registry, Config config, const ConfigSource& source) {
  return build_from(registry, std::move(config), source, Form::shapes);
}

Experiment prepare_experiment(const Registry& registry, const std::string& path,
                              const std::vector<std::string>& sets, const TaskForm* trained,
                              Team& team) {
  Experiment experiment = build_experiment(registry, read_config_file(registry.table(), path, sets),
                                           {path, sets, trained, team});
  experiment.trainer->initialise();
  return experiment;
}

Experiment build_experiment(const Registry& registry, Config config, const ConfigSource& source) {
  show_warnings(config);
  return build_from(registry, std::move(config), source, Form::whole);
}

std::unique_ptr<Task> make_task(const Registry& registry, const Config& config,
                                const TrainingConfig& training, const TaskForm* trained) {
  const TaskKeys keys{config.section("task"), registry.tasks};
  auto task = keys.type({.seed = static_cast<uint64_t>(*keys.seed),
                         .evaluation_sequences = training.eval_sequences,
                         .trained = trained});
  if (const std::string fault = word_faults(task->shape(), task->tokenizer()); !fault.empty()) {
    throw KeyError(keys.type.path(), in_quotes(keys.type.name()), " has ", fault);
  }
  return task;
}

bool keeps_words(const Config& config) {
  const auto& values = config.values();
  return std::any_of(values.begin(), values.end(), [](const auto& value) {
    return value.first == "task.vocabulary" && value.second == ConfigValue(std::string("keep"));
  });
}

std::string task_name(const Config& config) {
  return config.get<std::string>("task.type");
}

}  // namespace heed
