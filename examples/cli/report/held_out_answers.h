// HeldOutAnswers: what a model says on held-out sequences, position by position.
#pragma once

#include <cstdint>
#include <vector>

#include "heed/examples/cli/model/model.h"
#include "heed/examples/cli/tasks/task.h"

namespace heed {

/// One sequence. Targets and answers have a number for each position that is answered.
struct AnsweredSequence {
  int64_t index = 0;  ///< among the held-out sequences
  std::vector<int64_t> input{}, target{}, answer{};
  std::vector<double> loss{};  ///< of each position, in nats; 0 where no target counts

  bool counts(size_t position) const { return target[position] != ignored_target; }
  bool is_wrong(size_t position) const {
    return counts(position) && target[position] != answer[position];
  }
  int64_t errors() const;
};

struct HeldOutAnswers {
  int64_t sequences = 0;                    ///< that were asked
  std::vector<int64_t> right{}, counted{};  ///< by position
  /// Of targets (rows) the answers (columns): classes × classes. Empty if there are too many.
  std::vector<int64_t> confusion{};
  int64_t classes = 0;
  std::vector<AnsweredSequence> shown{};  ///< the first ones, and those with the most errors
};

/// Asks at most `most` of the held-out sequences, each position after the right beginning. Throws
/// Interrupted once a signal came.
HeldOutAnswers held_out_answers(Model& model, const Task& task, int64_t batch_size, int64_t most);

}  // namespace heed
