#include "heed/examples/cli/tasks/kept_words.h"

#include "heed/examples/cli/config/key_error.h"
#include "heed/framework/base/text.h"

namespace heed {

VocabularyChoice::VocabularyChoice(Keys* owner)
    : vocabulary(owner,
                 {.path = "vocabulary",
                  .fallback = WordsFrom::data,
                  .choices = {{"data", WordsFrom::data}, {"keep", WordsFrom::model}},
                  .help = "whose symbols there are: those of the data, or those of the model "
                          "that --init or --resume starts from"}),
      unknown(owner, {.path = "unknown",
                      .fallback = UnknownWords::refuse,
                      .choices = {{"refuse", UnknownWords::refuse}, {"skip", UnknownWords::skip}},
                      .help = "with a kept vocabulary, what happens to symbols that it does not "
                              "have: an error, or they are left out (of pairs: the line)"}) {}

const TaskForm* VocabularyChoice::kept(const TaskSetup& setup, const Tokenizer& wanted) const {
  if (vocabulary == WordsFrom::data) return nullptr;
  if (setup.trained == nullptr) {
    vocabulary.refuse("\"keep\" needs a trained model whose symbols are kept: --init or --resume");
  }
  const Tokenizer& known = setup.trained->tokenizer;
  if (!known.is_collected || known.answer_end.has_value() != wanted.answer_end.has_value()) {
    vocabulary.refuse("\"keep\" needs a model that was trained on the same type of task");
  }
  return setup.trained;
}

std::optional<int64_t> UnknownWordCounter::find(const Vocabulary& vocabulary,
                                                std::string_view word) {
  if (const auto number = vocabulary.find(word)) return number;
  if (choice_.unknown == UnknownWords::refuse) {
    throw KeyError(key_, "it has ", in_quotes(visible(word)),
                   ", which is not in the vocabulary that is kept; task.unknown=skip leaves such "
                   "symbols out, task.vocabulary=data adds them to the model");
  }
  if (count_++ == 0) first_ = word;
  return {};
}

std::vector<std::string> UnknownWordCounter::warnings(const char* what) const {
  if (count_ == 0) return {};
  return {text_of(count_, " ", std::string_view(what),
                  " left out, for the vocabulary that is kept does not have their symbols (the "
                  "first: ",
                  in_quotes(visible(first_)), ")")};
}

}  // namespace heed
