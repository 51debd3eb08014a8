// Tokenizer: how text becomes the symbols that a model reads, and its answers become text. Plain
// data: a model file holds it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace heed {

/// What a text is split into.
enum class TextUnit {
  words,      ///< what is between blanks
  characters  ///< code points, blanks included
};

/// The words of a task and their numbers, as plain data.
struct Tokenizer {
  TextUnit unit = TextUnit::words;  ///< what one symbol is
  /// What is read for each symbol and written for each target, by their numbers; empty: the number.
  /// One text for each number.
  std::vector<std::string> inputs{}, targets{};
  /// The target after which an answer is over; none: answers have one length.
  std::optional<int64_t> answer_end{};
  /// Whether the words were collected from the task's data: a run keeps them in vocabulary.json.
  bool is_collected = false;

  /// How a symbol or a target is shown: its word with blanks and control characters made visible.
  std::string input_text(int64_t symbol) const;
  /// How a target is shown, as input_text shows a symbol.
  std::string target_text(int64_t target) const;
  /// Symbols as a user would type them: what InputReader reads.
  std::string typed_text(const std::vector<int64_t>& symbols) const;
  /// Targets as the task's data writes them, up to the end of the answer; "." for ignored_target.
  std::string answer_text(const std::vector<int64_t>& targets) const;
  /// What vocabulary.json holds: the words, of both sides if answers end by themselves; empty if
  /// they were not collected.
  std::string vocabulary() const;

  bool operator==(const Tokenizer&) const = default;
};

/// Turns texts into symbols.
class InputReader {
 public:
  /// `symbols`: how many different ones there are.
  InputReader(const Tokenizer& tokenizer, int64_t symbols);

  /// The symbols of a text in UTF-8. Throws ValueError naming a word that is none, its position
  /// and what is allowed.
  std::vector<int64_t> read(std::string_view text) const;

 private:
  std::string shown_symbols() const;

  TextUnit unit_;
  std::vector<std::string> shown_;
  std::map<std::string, int64_t, std::less<>> numbers_;
};

/// Words between blanks and tabs, or code points of valid UTF-8.
std::vector<std::string> split_text(std::string_view text, TextUnit unit);
/// "word" or "character".
const char* name_of(TextUnit unit);

}  // namespace heed
