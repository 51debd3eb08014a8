// Vocabulary: the different words of some text and their numbers.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace heed {

/// Words in the order of their bytes, which is that of Unicode, numbered from 0. A word is any
/// piece of UTF-8: a code point, or what is between blanks.
class Vocabulary {
 public:
  Vocabulary() = default;
  /// These words, numbered in their order, whatever it is.
  explicit Vocabulary(const std::vector<std::string>& words);

  /// Adds a word; before number_words() only.
  void add(std::string_view word);
  /// Gives the words their numbers.
  void number_words();

  int64_t size() const { return static_cast<int64_t>(numbers_.size()); }
  /// The number of a word that was added.
  int64_t operator[](std::string_view word) const { return numbers_.find(word)->second; }
  /// The number of a word, if it is one.
  std::optional<int64_t> find(std::string_view word) const;
  /// The words by their numbers.
  std::vector<std::string> words() const;

 private:
  std::map<std::string, int64_t, std::less<>> numbers_;
};

/// A word for the eye: line break, tab and blank as ⏎ ⇥ ␣, other control characters as \x1b.
std::string visible(std::string_view word);

/// The words as a JSON array of strings.
std::string json_array(const std::vector<std::string>& words);

}  // namespace heed
