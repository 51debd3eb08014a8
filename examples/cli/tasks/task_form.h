// TaskForm: all that a trained model must know of its task to be asked, without the task's data.
// Plain data that stands in the metadata of model files as JSON.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "heed/examples/cli/tasks/tokenizer.h"

namespace heed {

class Task;

/// What attends to the tokens of a task, and so the form of its model.
enum class Attends {
  self,            ///< every token to every token
  queries,         ///< learned queries, one for each position: cross-attention
  causal,          ///< every token to itself and those before it: a decoder-only model
  encoder_decoder  ///< an answer, token by token, to itself and to the encoded tokens
};

/// What a model must know to fit a task.
struct TaskShape {
  int64_t symbols;                  ///< different input tokens
  int64_t classes;                  ///< different targets
  int64_t length;                   ///< of the longest sequence
  Attends attends = Attends::self;  ///< who attends to whom
  int64_t answer_symbols =
      0;                      ///< Attends::encoder_decoder: different tokens that the decoder reads
  int64_t answer_length = 0;  ///< Attends::encoder_decoder: of the longest answer

  bool operator==(const TaskShape&) const = default;
};

/// What the task asks, as its held-out sequences show it.
struct Questions {
  int64_t shortest = 1;             ///< of the inputs
  bool continue_inputs = false;     ///< the targets that count are the next inputs
  int64_t answer_start = 0;         ///< Attends::encoder_decoder: what the decoder reads first
  std::vector<int64_t> unscored{};  ///< positions at which no target counts

  bool operator==(const Questions&) const = default;
};

/// A task without its data: enough to turn a question into symbols and scores into an answer.
struct TaskForm {
  std::string task;     ///< its name
  TaskShape shape;      ///< sizes
  Tokenizer tokenizer;  ///< text to symbols and back
  Questions questions;  ///< what an input looks like

  bool operator==(const TaskForm&) const = default;
};

/// Which words are missing, for a message; "" if none are.
std::string word_faults(const TaskShape& shape, const Tokenizer& tokenizer);

/// Measures the questions on some of the held-out sequences.
TaskForm form_of(const std::string& name, const Task& task);

/// On one line.
std::string to_json(const TaskForm& form);
/// Reads it back. `place` is for messages. Throws IoError if it is not the form of a task, or
/// contradicts itself.
TaskForm read_task_form(std::string_view json, const std::string& place);

}  // namespace heed
