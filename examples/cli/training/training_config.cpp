#include "heed/examples/cli/training/training_config.h"

namespace heed {

double TrainingConfig::lr_at(int64_t step) const {
  ScheduleConfig config = schedule();
  config.warmup_steps = warmup_steps;
  config.total_steps = steps;
  return lr * schedule_factor(config, step);
}

TrainingConfig read_training_config(const Config& config, const TrainingLists& lists) {
  TrainingConfig train{config.section("train"), lists};
  if (train.micro_batches > train.batch_size) {
    train.micro_batches.refuse("more parts than sequences: ", train.micro_batches, " > ",
                               train.batch_size, " (train.batch_size)");
  }
  train.schedule();  // refuses keys that do not fit together
  for (const GroupKeys& group : train.groups) {
    if (group.frozen && (group.optimizer.name() != inherited_optimizer || group.lr_factor != 1 ||
                         group.weight_decay)) {
      group.frozen.refuse("frozen parameters have no optimizer, lr_factor or weight_decay");
    }
  }
  return train;
}

}  // namespace heed
