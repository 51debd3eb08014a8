#include "heed/examples/cli/training/training_config.h"

namespace heed {

double TrainingConfig::lr_at(int64_t step) const {
  ScheduleConfig config = schedule();
  config.warmup_steps = warmup_steps;
  config.total_steps = steps;
  return lr * schedule_factor(config, step);
}

std::unique_ptr<Optimizer> TrainingConfig::make_optimizer(const ParameterGroups& parameters) const {
  return optimizer(parameters, {.lr = lr, .weight_decay = weight_decay});
}

TrainingConfig read_training_config(const Config& config, const TrainingLists& lists) {
  TrainingConfig train{config.section("train"), lists};
  if (train.micro_batches > train.batch_size) {
    train.micro_batches.refuse("more parts than sequences: ", train.micro_batches, " > ",
                               train.batch_size, " (train.batch_size)");
  }
  return train;
}

}  // namespace heed
