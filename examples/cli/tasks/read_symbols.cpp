#include "heed/examples/cli/tasks/read_symbols.h"

#include <algorithm>

#include "heed/examples/cli/config/text.h"
#include "heed/examples/cli/tasks/vocabulary.h"

namespace heed {
namespace {

/// The first symbols, and how many there are if not all are shown.
std::string allowed_text(const SymbolNames& names) {
  constexpr int64_t most = 40;
  std::string text;
  for (int64_t i = 0; i < std::min(most, names.count); ++i) {
    text += (i == 0 ? "" : " ") + names.shown(i);
  }
  if (names.count > most) text += text_of(" … (", names.count, " in all)");
  return text;
}

}  // namespace

std::vector<std::string> split_words(std::string_view text) {
  constexpr const char* blanks = " \t";
  std::vector<std::string> words;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    if (text.empty()) return words;
    const std::string_view word = text.substr(0, text.find_first_of(blanks));
    words.emplace_back(word);
    text.remove_prefix(word.size());
  }
}

std::vector<std::string> split_characters(std::string_view text) {
  std::vector<std::string> characters;
  while (!text.empty()) characters.emplace_back(take_code_point(text));
  return characters;
}

Sequence read_symbols(const std::vector<std::string>& words, const SymbolNames& names) {
  Sequence symbols;
  for (const std::string& word : words) {
    const auto number = names.number_of(word);
    if (!number) {
      throw ValueError(names.unit, " ", symbols.size() + 1,
                       " is not a symbol of the task: ", in_quotes(word),
                       "; symbols: ", allowed_text(names));
    }
    symbols.push_back(*number);
  }
  return symbols;
}

Sequence read_symbols(const std::vector<std::string>& words, const char* unit,
                      const Vocabulary& vocabulary) {
  const std::vector<std::string> shown = visible_words(vocabulary);
  return read_symbols(
      words, {.unit = unit,
              .number_of = [&](const std::string& word) { return vocabulary.find(word); },
              .count = vocabulary.size(),
              .shown = [&](int64_t number) { return shown[static_cast<size_t>(number)]; }});
}

}  // namespace heed
