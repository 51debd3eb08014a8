// read_symbols: from the words of an input to the numbers of its symbols.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "heed/examples/cli/tasks/example.h"

namespace heed {

class Vocabulary;

/// Words between blanks and tabs.
std::vector<std::string> split_words(std::string_view text);
/// The code points of valid UTF-8.
std::vector<std::string> split_characters(std::string_view text);

/// What the words of an input may be.
struct SymbolNames {
  const char* unit;  ///< "word" or "character"
  std::function<std::optional<int64_t>(const std::string& word)> number_of;
  int64_t count;                                     ///< the numbers are 0 … count − 1
  std::function<std::string(int64_t number)> shown;  ///< for messages
};

/// Throws ValueError naming the first word that is no symbol, its position and what is allowed.
Sequence read_symbols(const std::vector<std::string>& words, const SymbolNames& names);
Sequence read_symbols(const std::vector<std::string>& words, const char* unit,
                      const Vocabulary& vocabulary);

}  // namespace heed
