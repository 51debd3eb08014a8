#include "heed/examples/cli/tasks/task.h"

#include <map>

#include "heed/examples/cli/tasks/read_symbols.h"

namespace heed {

std::vector<int64_t> Task::read_input(std::string_view text) const {
  const int64_t count = shape().symbols;
  std::map<std::string, int64_t> numbers;
  for (int64_t symbol = 0; symbol < count; ++symbol) numbers.emplace(input_text(symbol), symbol);
  const auto number_of = [&](const std::string& word) -> std::optional<int64_t> {
    const auto found = numbers.find(word);
    if (found == numbers.end()) return {};
    return found->second;
  };
  return read_symbols(
      split_words(text),
      {.unit = "word", .number_of = number_of, .count = count, .shown = [&](int64_t symbol) {
         return input_text(symbol);
       }});
}

std::string Task::answer_text(const std::vector<int64_t>& targets) const {
  std::string text;
  for (const int64_t target : targets) {
    text += (text.empty() ? "" : " ") + (target == ignored_target ? "." : target_text(target));
  }
  return text;
}

}  // namespace heed
