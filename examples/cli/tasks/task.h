// Task: what a model is to learn, as batches of token sequences.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "heed/examples/cli/config/config.h"
#include "heed/framework/tensor/tensor.h"

namespace heed {

/// The target of a position that counts neither in the loss nor in the accuracy.
inline constexpr int64_t ignored_target = -100;

/// Some sequences and what the model should say at each position.
struct Batch {
  Tensor inputs;   ///< i64 [B, L], in [0, symbols)
  Tensor targets;  ///< i64 [B, L], in [0, classes) or ignored_target
};

/// What attends to the tokens of a task.
enum class Attends {
  tokens,    ///< the tokens themselves: self-attention
  positions  ///< learned queries, one for each position: cross-attention
};

/// What a model must know to fit a task.
struct TaskShape {
  int64_t symbols;  ///< different input tokens
  int64_t classes;  ///< different targets
  int64_t length;   ///< of the longest sequence
  Attends attends = Attends::tokens;
};

/// Where a task gets its data.
class Task {
 public:
  Task() = default;
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  virtual ~Task() = default;

  virtual TaskShape shape() const = 0;
  /// The batch of a step, a function of the step alone: a run that resumes sees the same data.
  virtual Batch training_batch(int64_t step, int64_t size) const = 0;
  /// How many held-out sequences there are; none of them is ever in a training batch.
  virtual int64_t evaluation_size() const = 0;
  /// The held-out sequences `first` … `first + size − 1`.
  virtual Batch evaluation_batch(int64_t first, int64_t size) const = 0;
};

/// What a task gets beside its own keys.
struct TaskSetup {
  uint64_t seed;
  int64_t evaluation_sequences;  ///< wanted; a task with few possible sequences holds out fewer
};

/// Makes a task from the values of its keys; throws ValueError if they do not fit together.
using TaskMaker =
    std::function<std::unique_ptr<Task>(const Section& options, const TaskSetup& setup)>;

}  // namespace heed
