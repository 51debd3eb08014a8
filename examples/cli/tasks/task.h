// Task: what a model is to learn, as batches of token sequences.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "heed/examples/cli/config/config.h"
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

/// What attends to the tokens of a task, and so the form of its model.
enum class Attends {
  self,            ///< every token to every token
  queries,         ///< learned queries, one for each position: cross-attention
  causal,          ///< every token to itself and those before it: a decoder-only model
  encoder_decoder  ///< an answer, token by token, to itself and to the encoded tokens
};

/// What a model must know to fit a task.
struct TaskShape {
  int64_t symbols;  ///< different input tokens
  int64_t classes;  ///< different targets
  int64_t length;   ///< of the longest sequence
  Attends attends = Attends::self;
  int64_t answer_symbols =
      0;                      ///< Attends::encoder_decoder: different tokens that the decoder reads
  int64_t answer_length = 0;  ///< Attends::encoder_decoder: of the longest answer
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

  /// How many sequences of a fixed training set are evaluated besides the held-out ones, to show
  /// whether the model memorises them; 0: the task always draws new ones.
  virtual int64_t training_set_size() const { return 0; }
  /// The sequences `first` … `first + size − 1` of that set.
  virtual Batch training_set_batch(int64_t, int64_t) const { return {}; }

  /// Adds everything that was read from files or listed to a checksum: a run that resumes needs it
  /// to be the same, however much of it is shown or evaluated.
  virtual void add_data_to(Crc32& checksum) const = 0;

  /// How symbols are shown: inputs and targets by these words, or as numbers if there are none.
  virtual std::string input_text(int64_t symbol) const { return std::to_string(symbol); }
  virtual std::string target_text(int64_t symbol) const { return std::to_string(symbol); }
  /// The symbols of an input in those words: by default words between blanks. The text is valid
  /// UTF-8. Throws ValueError naming a word that is none of them, its position and what is allowed.
  virtual std::vector<int64_t> read_input(std::string_view text) const;
  /// Targets in words; "." for ignored_target.
  virtual std::string answer_text(const std::vector<int64_t>& targets) const;
  /// Attends::encoder_decoder: the target after which an answer is over; none: answers have one
  /// length.
  virtual std::optional<int64_t> answer_end() const { return {}; }
  /// What a run directory must keep so that symbols can be read again, as JSON; empty: nothing.
  virtual std::string vocabulary() const { return ""; }
};

/// What a task gets besides its own keys.
struct TaskSetup {
  uint64_t seed;
  int64_t evaluation_sequences;  ///< wanted; a task with few possible sequences holds out fewer
};

}  // namespace heed
