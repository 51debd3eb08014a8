#include <algorithm>
#include <cmath>

#include "heed/examples/cli/config/text.h"
#include "heed/examples/cli/tasks/example.h"
#include "heed/examples/cli/tasks/tasks.h"
#include "heed/examples/cli/tasks/text_file.h"
#include "heed/examples/cli/tasks/unseen.h"
#include "heed/examples/cli/tasks/vocabulary.h"
#include "heed/framework/base/random.h"

namespace heed {
namespace {

struct TextKeys : Keys {
  Value<std::string> file{this, {.path = "path", .help = "a text file in UTF-8"}};
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
       .help = "fraction of the text, taken from its end, that is never trained on"}};
};

/// The next of the characters (code points) of a text. A sequence is a window of `length`
/// characters and the one behind it: in training anywhere in the first part of the text; the
/// held-out ones lie side by side in the last part and overlap by the one character.
class TextTask final : public Task {
 public:
  TextTask(const TextKeys& keys, const TaskSetup& setup) : length_(keys.length), seed_(setup.seed) {
    const std::string text = read_text_file(keys.file);
    file_ = data_file(keys.file, text);
    read(text);
    const auto characters = std::ssize(symbols_);
    training_ = characters -
                static_cast<int64_t>(std::llround(keys.held_out * static_cast<double>(characters)));
    held_out_windows_ = (characters - training_ - 1) / length_;
    if (training_ <= length_ || held_out_windows_ < 1) {
      keys.file.refuse(printable(*keys.file, std::string::npos), ": too short: ", characters,
                       " characters (", characters - training_,
                       " held out), and both parts need at least ", length_ + 1,
                       "; use a longer text, or change task.length");
    }
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
  std::vector<DataFile> files() const override { return {file_}; }
  std::vector<std::string> warnings() const override {
    UnseenSymbols unseen;
    unseen.train_on(Sequence(symbols_.begin(), symbols_.begin() + training_));
    for (int64_t index = 0; index < evaluation_size_; ++index) {
      unseen.hold_out(held_out_window(index).target);
    }
    std::string text =
        unseen.text("characters", [&](int64_t target) { return tokenizer_.target_text(target); });
    if (text.empty()) return {};
    return {text + ": a model cannot predict what it has never seen"};
  }

  const Tokenizer& tokenizer() const override { return tokenizer_; }

 private:
  void read(std::string_view text) {
    Vocabulary characters;
    for (std::string_view rest = text; !rest.empty();) characters.add(take_code_point(rest));
    characters.number_words();
    for (std::string_view rest = text; !rest.empty();) {
      symbols_.push_back(static_cast<int32_t>(characters[take_code_point(rest)]));
    }
    tokenizer_ = {.unit = TextUnit::characters,
                  .inputs = characters.words(),
                  .targets = characters.words(),
                  .is_collected = true};
  }

  Example window(int64_t first) const {
    const auto begin = symbols_.begin() + first;
    return {Sequence(begin, begin + length_), Sequence(begin + 1, begin + length_ + 1)};
  }

  Example held_out_window(int64_t index) const {
    const int64_t spread = index * held_out_windows_ / evaluation_size_;
    return window(training_ + spread * length_);
  }

  DataFile file_;
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
