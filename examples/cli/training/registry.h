// Registry: the lists of what a configuration can name. A project of your own adds its attention in
// one block and has the whole command line:
//
//   heed::Registry registry = heed::builtin_registry();
//   registry.attentions.add<MyKeys>("mine", "what it does", make_mine);
//   return heed::run_program(argc, argv, registry);
#pragma once

#include "heed/examples/cli/model/model_config.h"
#include "heed/examples/cli/tasks/tasks.h"
#include "heed/examples/cli/training/training_config.h"

namespace heed {

/// One list for each kind of thing that can be chosen by name: those of ModelLists (attentions,
/// norms, …), of TrainingLists (optimizers, schedules), and tasks.
struct Registry : ModelLists, TrainingLists {
  Tasks tasks;  ///< "task.type"

  /// Every key that a configuration may hold with these lists. Throws ValueError if a name is there
  /// twice.
  ConfigTable table() const;
};

/// What comes with heed.
Registry builtin_registry();

}  // namespace heed
