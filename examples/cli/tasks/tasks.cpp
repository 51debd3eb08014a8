#include "heed/examples/cli/tasks/tasks.h"

namespace heed {

using AddTask = void(Tasks& tasks);

// Each is defined in the file of its name.
AddTask add_sequence_tasks, add_induction, add_recall, add_addition, add_modular_addition, add_text,
    add_noise, add_pairs;

Tasks builtin_tasks() {
  Tasks tasks("tasks");
  for (AddTask* add : {add_sequence_tasks, add_induction, add_recall, add_addition,
                       add_modular_addition, add_text, add_noise, add_pairs}) {
    add(tasks);
  }
  return tasks;
}

}  // namespace heed
