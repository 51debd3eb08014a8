#include <algorithm>
#include <cmath>

#include "heed/examples/cli/config/paths.h"
#include "heed/examples/cli/config/text.h"
#include "heed/examples/cli/tasks/example.h"
#include "heed/examples/cli/tasks/kept_words.h"
#include "heed/examples/cli/tasks/tasks.h"
#include "heed/examples/cli/tasks/text_file.h"
#include "heed/examples/cli/tasks/unseen.h"
#include "heed/examples/cli/tasks/vocabulary.h"
#include "heed/framework/base/random.h"

namespace heed {
namespace {

struct TextKeys : Keys {
  Value<std::string> file{
      this,
      {.path = "path",
       .is_path = true,
       .help = "a text file in UTF-8, or several: \"books/*.txt\", in the order of their names; a "
               "relative path starts in the folder of the configuration"}};
  Value<int64_t> length{
      this,
      {.path = "length",
       .fallback = 64,
       .minimum = 1,
       .maximum = 65536,
       .help = "context length: the maximum number of characters the model sees"}};
  Value<double> held_out{
      this,
      {.path = "held_out",
       .fallback = 0.1,
       .minimum = 0.0,
       .exclusive_minimum = true,
       .maximum = 0.9,
       .help = "fraction of the text, taken from its end, that is never trained on; unused with "
               "held_out_path"}};
  Optional<std::string> held_out_path{
      this,
      {.path = "held_out_path",
       .otherwise = "the end of path",
       .is_path = true,
       .help = "a text file to evaluate on, or several, as in path"}};
  VocabularyChoice words{this};
};

/// The next of the characters (code points) of a text. A sequence is a window of `length`
/// characters and the one behind it: in training anywhere in the first part of the text; the
/// held-out ones lie side by side in the last part, or in a text of their own, and overlap by the
/// one character.
class TextTask final : public Task {
 public:
  TextTask(const TextKeys& keys, const TaskSetup& setup) : length_(keys.length), seed_(setup.seed) {
    const std::string text = read(keys.file.path(), keys.file);
    const std::string held_out =
        keys.held_out_path ? read(keys.held_out_path.path(), *keys.held_out_path) : "";
    const Vocabulary characters_of = vocabulary(keys, setup, text, held_out);
    number({keys.words, keys.file.path()}, characters_of, text);
    training_ = std::ssize(symbols_);
    number({keys.words, keys.held_out_path.path()}, characters_of, held_out);
    const auto characters = std::ssize(symbols_);
    if (!keys.held_out_path) {
      training_ -= std::llround(keys.held_out * static_cast<double>(characters));
    }
    held_out_windows_ = (characters - training_ - 1) / length_;
    check_lengths(keys);
    evaluation_size_ = std::min(setup.evaluation_sequences, held_out_windows_);
  }

  TaskShape shape() const override {
    const auto characters = std::ssize(tokenizer_.inputs);
    return {characters, characters, length_, Attends::causal};
  }

  Batch training_batch(int64_t step, int64_t size) const override {
    std::vector<Example> windows;
    for (int64_t index = 0; index < size; ++index) {
      Rng rng(stream(seed_, Purpose::data, step, index));
      windows.push_back(window(rng.integer(0, training_ - length_)));
    }
    return batch_of(windows);
  }

  int64_t evaluation_size() const override { return evaluation_size_; }

  Batch evaluation_batch(int64_t first, int64_t size) const override {
    std::vector<Example> windows;
    for (int64_t index = first; index < first + size; ++index) {
      windows.push_back(held_out_window(index));
    }
    return batch_of(windows);
  }

  void add_data_to(Crc32& checksum) const override { checksum.add(raw_bytes(symbols_)); }
  std::vector<DataFile> files() const override { return files_; }
  std::vector<std::string> warnings() const override {
    UnseenSymbols unseen;
    unseen.train_on(Sequence(symbols_.data(), symbols_.data() + training_));
    for (int64_t index = 0; index < evaluation_size_; ++index) {
      unseen.hold_out(held_out_window(index).target);
    }
    std::string text =
        unseen.text("characters", [&](int64_t target) { return tokenizer_.target_text(target); });
    std::vector<std::string> all = warnings_;
    if (!text.empty()) all.push_back(text + ": a model cannot predict what it has never seen");
    return all;
  }

  const Tokenizer& tokenizer() const override { return tokenizer_; }

 private:
  /// The texts of all files that a key names, one behind the other.
  std::string read(const std::string& key, const std::string& path) {
    std::string text;
    for (const NamedFile& file : named_files(key, path)) {
      const std::string one = read_text_file(file);
      files_.push_back(data_file(file, one));
      text += one;
    }
    return text;
  }

  void check_lengths(const TextKeys& keys) const {
    const auto characters = std::ssize(symbols_);
    if (training_ > length_ && held_out_windows_ >= 1) return;
    if (keys.held_out_path && training_ > length_) {
      keys.held_out_path.refuse(shown_path(*keys.held_out_path),
                                ": too short: ", characters - training_,
                                " characters, and it needs at least ", length_ + 1,
                                "; use a longer text, or change task.length");
    }
    keys.file.refuse(shown_path(keys.file), ": too short: ", characters, " characters (",
                     characters - training_, " held out), and both parts need at least ",
                     length_ + 1, "; use a longer text, or change task.length");
  }

  Vocabulary vocabulary(const TextKeys& keys, const TaskSetup& setup, const std::string& text,
                        const std::string& held_out) {
    tokenizer_ = {.unit = TextUnit::characters, .is_collected = true};
    Vocabulary characters;
    if (const TaskForm* kept = keys.words.kept(setup, tokenizer_)) {
      characters = Vocabulary(kept->tokenizer.inputs);
    } else {
      for (std::string_view all : {std::string_view(text), std::string_view(held_out)}) {
        while (!all.empty()) characters.add(take_code_point(all));
      }
      characters.number_words();
    }
    tokenizer_.inputs = tokenizer_.targets = characters.words();
    return characters;
  }

  /// Adds a text to the symbols.
  void number(UnknownWordCounter unknown, const Vocabulary& characters, std::string_view text) {
    while (!text.empty()) {
      const auto symbol = unknown.find(characters, take_code_point(text));
      if (symbol) symbols_.push_back(static_cast<int32_t>(*symbol));
    }
    for (std::string& warning : unknown.warnings("characters are")) {
      warnings_.push_back(std::move(warning));
    }
  }

  Example window(int64_t first) const {
    const auto* const begin = symbols_.data() + first;
    return {Sequence(begin, begin + length_), Sequence(begin + 1, begin + length_ + 1)};
  }

  Example held_out_window(int64_t index) const {
    const int64_t spread = index * held_out_windows_ / evaluation_size_;
    return window(training_ + spread * length_);
  }

  std::vector<DataFile> files_;
  std::vector<std::string> warnings_;
  Tokenizer tokenizer_;
  std::vector<int32_t> symbols_;  // the text
  int64_t length_;
  uint64_t seed_;
  int64_t training_ = 0;  // number of characters that are trained on
  int64_t held_out_windows_ = 0;
  int64_t evaluation_size_ = 0;
};

}  // namespace

void add_text(Tasks& tasks) {
  tasks.add<TextKeys>("text", "predict the next character of your own text file",
                      [](const TextKeys& keys, const TaskSetup& setup) {
                        return std::make_unique<TextTask>(keys, setup);
                      });
}

}  // namespace heed
