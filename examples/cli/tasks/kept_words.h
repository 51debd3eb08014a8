// Tasks that keep the words of a trained model instead of collecting those of their data.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "heed/examples/cli/config/keys.h"
#include "heed/examples/cli/tasks/task.h"
#include "heed/examples/cli/tasks/vocabulary.h"

namespace heed {

/// Where the words of a task come from.
enum class WordsFrom { data, model };
/// What happens to words of the data that a kept vocabulary does not have.
enum class UnknownWords { refuse, skip };

/// The keys of a task whose words are collected from its data.
struct VocabularyChoice {
  Value<WordsFrom> vocabulary;
  Value<UnknownWords> unknown;

  explicit VocabularyChoice(Keys* owner);

  /// The form whose words are to be kept; nullptr if the data's own are to be collected. `wanted`:
  /// how the task splits text and ends answers. Throws KeyError if there is no trained model, or it
  /// was trained on another kind of task.
  const TaskForm* kept(const TaskSetup& setup, const Tokenizer& wanted) const;
};

/// Counts words that a vocabulary does not have, or refuses the first one.
class UnknownWordCounter {
 public:
  /// `key` names the data in messages.
  UnknownWordCounter(const VocabularyChoice& choice, std::string key)
      : choice_(choice), key_(std::move(key)) {}

  /// The number of a word, if the vocabulary has it. Throws KeyError if unknown words are refused.
  std::optional<int64_t> find(const Vocabulary& vocabulary, std::string_view word);

  /// "3 characters are left out: …", or nothing; `what` names what is left out with such a word.
  std::vector<std::string> warnings(const char* what) const;

 private:
  const VocabularyChoice& choice_;
  std::string key_;
  int64_t count_ = 0;
  std::string first_;
};

}  // namespace heed
