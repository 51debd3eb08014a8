// Answerer: runs a trained model on inputs, without the data of its task.
#pragma once

#include <string>

#include "heed/examples/cli/model/model.h"
#include "heed/examples/cli/tasks/example.h"

namespace heed {

/// An answer and what the model read for it.
struct Answer {
  Sequence symbols;  ///< ignored_target at positions that are not scored
  Batch read;        ///< one sequence for model(read); after a prompt, what fits into the model
  bool is_short;     ///< the input is shorter than any of the task's
};

/// Puts the model into evaluation mode. Model and form outlive it.
class Answerer {
 public:
  Answerer(Model& model, const TaskForm& form);

  /// The symbols of a text. Throws ValueError saying what is wrong with it, and, as an input that
  /// is answered as a whole, if it is longer than the model.
  Sequence symbols_of(const std::string& text) const;
  Sequence input_of(const std::string& text) const;

  /// The most likely symbol at each position; an encoder-decoder generates them one by one.
  Answer answer(const Sequence& input);
  /// The prompt's next `count` symbols. The model sees only the last symbols, as many as its task's
  /// sequences have. Throws ValueError if the task's answers are not its next symbols.
  Answer continued(const Sequence& prompt, int64_t count, const Sampling& sampling, Rng& rng);

 private:
  NextScores next_scores_in_window();
  void check_predicts_next() const;

  Model& model_;
  const TaskForm& form_;
  InputReader reader_;
};

}  // namespace heed
