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
  /// Of a search: the answers it found without their ends, the best first, which is `symbols`.
  std::vector<Hypothesis> found = {};
};

/// How a prompt is continued.
struct Continuation {
  int64_t count;           ///< of symbols, at most
  Sampling sampling = {};  ///< how each symbol is drawn
  Sequence stop = {};      ///< it ends before these symbols; empty: nothing ends it
};

/// How the answer of an encoder-decoder is searched for.
struct AnswerSearch {
  int64_t beams;              ///< see BeamSearchOptions; 1 is greedy
  double length_penalty = 1;  ///< see BeamSearchOptions
};

/// Puts the model into evaluation mode. Model and form outlive it.
///
///   TrainedModel trained = load_trained_model("sort.safetensors");  // runs/trained_model.h
///   std::cout << Answerer(*trained.model, trained.form).ask("3 1 2");
class Answerer {
 public:
  /// Inputs and answers are read and written as `form` says.
  Answerer(Model& model, const TaskForm& form);

  /// The symbols of a text. Throws ValueError saying what is wrong with it, and, as an input that
  /// is answered as a whole, if it is longer than the model.
  Sequence symbols_of(const std::string& text) const;
  /// The symbols of a text that is answered as a whole.
  Sequence input_of(const std::string& text) const;

  /// The answer to a text as text. Throws ValueError saying what is wrong with it.
  std::string ask(const std::string& text);

  /// The most likely symbol at each position; an encoder-decoder generates them one by one.
  Answer answer(const Sequence& input);
  /// The best answer that a beam search finds. Throws ValueError unless the model is an
  /// encoder-decoder.
  Answer searched(const Sequence& input, const AnswerSearch& search);
  /// The prompt's next symbols, up to the stop. The model sees only the last symbols, as many as
  /// its task's sequences have. Throws ValueError if the task's answers are not its next symbols.
  Answer continued(const Sequence& prompt, const Continuation& how, Rng& rng);

 private:
  /// Before anything is answered.
  Answer asked(const Sequence& input) const;
  /// With what an encoder-decoder has written.
  Answer written(Answer answer, const Sequence& symbols) const;
  Sequence without_end(Sequence symbols) const;
  NextScores next_scores_in_window();
  void check_predicts_next() const;

  Model& model_;
  const TaskForm& form_;
  InputReader reader_;
};

}  // namespace heed
