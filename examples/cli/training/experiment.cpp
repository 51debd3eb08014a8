#include "heed/examples/cli/training/experiment.h"

#include <cstdio>
#include <utility>

#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/config/key_error.h"
#include "heed/examples/cli/config/read_config.h"

namespace heed {
namespace {

Experiment build(const Registry& registry, Config config) {
  const TrainingConfig training = read_training_config(config, registry);
  const TaskKeys task_keys{config.section("task"), registry.tasks};
  auto task = task_keys.type(
      {.seed = training.random_seed(), .evaluation_sequences = training.eval_sequences});
  const ModelKeys model_keys{config.section("model"), registry};
  const ModelConfig model_config = heed::model_config(model_keys, task->shape());
  const AttentionWidths widths{model_config.stack.block.d_model, model_config.d_source};
  auto model =
      std::make_unique<Model>(Slot::root(), model_config, task->shape(),
                              [&](const Slot& slot) { return model_keys.attention(slot, widths); });
  auto trainer = std::make_unique<Trainer>(*model, *task, training);
  return {std::move(config), training, std::move(task), std::move(model), std::move(trainer)};
}

}  // namespace

Experiment prepare_experiment(const Registry& registry, const std::string& path,
                              const std::vector<std::string>& sets) {
  Experiment experiment =
      build_experiment(registry, read_config_file(registry.table(), path, sets), path, sets);
  experiment.trainer->initialise();
  return experiment;
}

Experiment build_experiment(const Registry& registry, Config config, const std::string& path,
                            const std::vector<std::string>& sets) {
  for (const std::string& warning : config.warnings()) {
    std::fputs((warning + "\n").c_str(), stderr);
  }
  try {
    return build(registry, std::move(config));
  } catch (const KeyError& error) {
    refuse(place_of_key(error.path(), path, sets), error.what());
  } catch (const Error& error) {
    refuse(path, error.what());
  }
}

std::string task_name(const Config& config) {
  return config.get<std::string>("task.type");
}

}  // namespace heed
