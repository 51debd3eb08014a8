#include "heed/examples/cli/tasks/tokenizer.h"

#include <algorithm>

#include "heed/examples/cli/tasks/task.h"
#include "heed/examples/cli/tasks/vocabulary.h"
#include "heed/framework/base/error.h"
#include "heed/framework/base/text.h"

namespace heed {
namespace {

const std::string& word_at(const std::vector<std::string>& words, int64_t number) {
  return words.at(static_cast<size_t>(number));
}

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

}  // namespace

const char* name_of(TextUnit unit) {
  return unit == TextUnit::words ? "word" : "character";
}

std::vector<std::string> split_text(std::string_view text, TextUnit unit) {
  if (unit == TextUnit::words) return split_words(text);
  std::vector<std::string> characters;
  while (!text.empty()) characters.emplace_back(take_code_point(text));
  return characters;
}

std::string Tokenizer::input_text(int64_t symbol) const {
  return inputs.empty() ? std::to_string(symbol) : visible(word_at(inputs, symbol));
}

std::string Tokenizer::target_text(int64_t target) const {
  if (targets.empty()) return std::to_string(target);
  if (target == std::ssize(targets) && target == answer_end) return "<end>";
  return visible(word_at(targets, target));
}

std::string Tokenizer::typed_text(const std::vector<int64_t>& symbols) const {
  std::string text;
  for (const int64_t symbol : symbols) {
    if (unit == TextUnit::words && !text.empty()) text += " ";
    text += inputs.empty() ? std::to_string(symbol) : inputs[static_cast<size_t>(symbol)];
  }
  return text;
}

std::string Tokenizer::answer_text(const std::vector<int64_t>& answer) const {
  std::string text;
  for (const int64_t target : answer) {
    if (target == answer_end) break;
    if (unit == TextUnit::words && !text.empty()) text += " ";
    if (target == ignored_target) {
      text += ".";
    } else {
      text += targets.empty() ? std::to_string(target) : word_at(targets, target);
    }
  }
  return text;
}

std::string Tokenizer::vocabulary() const {
  if (!is_collected) return "";
  if (!answer_end) return json_array(inputs) + "\n";
  return "{\n  \"source\": " + json_array(inputs) + ",\n  \"target\": " + json_array(targets) +
         "\n}\n";
}

InputReader::InputReader(const Tokenizer& tokenizer, int64_t symbols) : unit_(tokenizer.unit) {
  for (int64_t symbol = 0; symbol < symbols; ++symbol) {
    shown_.push_back(tokenizer.input_text(symbol));
    numbers_.emplace(tokenizer.inputs.empty() ? shown_.back() : word_at(tokenizer.inputs, symbol),
                     symbol);
  }
}

std::vector<int64_t> InputReader::read(std::string_view text) const {
  std::vector<int64_t> symbols;
  for (const std::string& word : split_text(text, unit_)) {
    const auto found = numbers_.find(word);
    if (found == numbers_.end()) {
      throw ValueError(std::string_view(name_of(unit_)), " ", symbols.size() + 1,
                       " is not a symbol of the task: ", in_quotes(word),
                       "; symbols: ", shown_symbols());
    }
    symbols.push_back(found->second);
  }
  return symbols;
}

/// The first symbols, and how many there are if not all are shown.
std::string InputReader::shown_symbols() const {
  constexpr size_t most = 40;
  std::string text;
  for (size_t i = 0; i < std::min(most, shown_.size()); ++i) {
    text += (i == 0 ? "" : " ") + shown_[i];
  }
  if (shown_.size() > most) text += text_of(" … (", shown_.size(), " in all)");
  return text;
}

}  // namespace heed
