#include "heed/examples/cli/tasks/task.h"

namespace heed {

const Tokenizer& Task::tokenizer() const {
  static const Tokenizer numbers;
  return numbers;
}

}  // namespace heed
