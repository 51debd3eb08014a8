#include "heed/examples/cli/training/registry.h"

namespace heed {

ConfigTable Registry::table() const {
  ConfigTable table;
  table.add_section("task", TaskKeys{{}, tasks}.table());
  table.add_section("model", ModelKeys{{}, *this}.table());
  table.add_section("train", TrainingConfig{{}, *this}.table());
  return table;
}

Registry builtin_registry() {
  return {builtin_model_lists(), builtin_training_lists(), builtin_tasks()};
}

}  // namespace heed
