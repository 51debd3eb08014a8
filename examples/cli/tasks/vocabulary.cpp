#include "heed/examples/cli/tasks/vocabulary.h"

#include "heed/examples/cli/config/text.h"

namespace heed {

Vocabulary::Vocabulary(const std::vector<std::string>& words) {
  for (const std::string& word : words) numbers_.emplace(word, std::ssize(numbers_));
}

void Vocabulary::add(std::string_view word) {
  if (numbers_.find(word) == numbers_.end()) numbers_.emplace(word, 0);
}

void Vocabulary::number_words() {
  int64_t next = 0;
  for (auto& [word, number] : numbers_) number = next++;
}

std::optional<int64_t> Vocabulary::find(std::string_view word) const {
  const auto found = numbers_.find(word);
  if (found == numbers_.end()) return {};
  return found->second;
}

std::vector<std::string> Vocabulary::words() const {
  std::vector<std::string> all(numbers_.size());
  for (const auto& [word, number] : numbers_) all[static_cast<size_t>(number)] = word;
  return all;
}

std::string visible(std::string_view word) {
  std::string shown;
  for (const char c : word) {
    if (c == '\n') {
      shown += "⏎";
    } else if (c == '\t') {
      shown += "⇥";
    } else if (c == ' ') {
      shown += "␣";
    } else {
      shown += c;
    }
  }
  return without_controls(shown);
}

std::string json_array(const std::vector<std::string>& words) {
  std::string json = "[";
  for (const std::string& word : words) json += (json.size() > 1 ? ", " : "") + json_string(word);
  return json + "]";
}

}  // namespace heed
