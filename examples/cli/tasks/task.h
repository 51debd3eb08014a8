// Task: what a model is to learn, as batches of token sequences.
#pragma once

#include <cstdint>

#include "heed/examples/cli/tasks/task_form.h"
#include "heed/framework/io/checksum.h"
#include "heed/framework/tensor/tensor.h"

namespace heed {

/// The target of a position that counts neither in the loss nor in the accuracy.
inline constexpr int64_t ignored_target = -100;

/// Some sequences and the expected outputs at each position.
struct Batch {
  Tensor inputs;   ///< i64 [B, L], in [0, symbols)
  Tensor targets;  ///< i64 [B, L_1], in [0, classes) or ignored_target
  /// Attends::encoder_decoder only: i64 [B, L_1], what the decoder reads while it should write the
  /// targets.
  Tensor decoder_inputs = {};
  /// i64 [B]: number of valid inputs in each sequence, the rest is padding; undefined: all.
  Tensor lengths = {};
};

/// A file that a task has read.
struct DataFile {
  std::string key;    ///< that names it: "task.path"
  std::string path;   ///< for messages
  uint32_t checksum;  ///< of what the task took from it
};

/// Where a model gets the data of a task: what trains it or measures it.
class Task {
 public:
  Task() = default;
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  virtual ~Task() = default;

  /// The sizes that a model for it needs.
  virtual TaskShape shape() const = 0;
  /// The batch of a step, a function of the step alone: a run that resumes sees the same data.
  virtual Batch training_batch(int64_t step, int64_t size) const = 0;
  /// How many held-out sequences there are; none of them is ever in a training batch.
  virtual int64_t evaluation_size() const = 0;
  /// The held-out sequences `first` … `first + size − 1`.
  virtual Batch evaluation_batch(int64_t first, int64_t size) const = 0;

  /// How many sequences of a fixed training set are evaluated besides the held-out ones, to show
  /// whether the model memorises them; 0: the task always draws new ones.
  virtual int64_t training_set_size() const { return 0; }
  /// The sequences `first` … `first + size − 1` of that set.
  virtual Batch training_set_batch(int64_t, int64_t) const { return {}; }

  /// Adds everything that was read from files or listed to a checksum: a run that resumes needs it
  /// to be the same, however much of it is shown or evaluated.
  virtual void add_data_to(Crc32& checksum) const = 0;
  /// The files that it has read, to name the one that has changed.
  virtual std::vector<DataFile> files() const { return {}; }
  /// What a user should know of the data before training, a line each.
  virtual std::vector<std::string> warnings() const { return {}; }

  /// How text becomes symbols and answers become text; by default both are numbers.
  virtual const Tokenizer& tokenizer() const;
};

/// What a task gets besides its own keys.
struct TaskSetup {
  uint64_t seed;                 ///< of the data and its split, not of the training
  int64_t evaluation_sequences;  ///< wanted; a task with few possible sequences holds out fewer
  const TaskForm* trained = nullptr;  ///< the task of the model to start from, if there is one
};

}  // namespace heed
