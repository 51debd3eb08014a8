#include "heed/examples/cli/config/suggest.h"

#include <algorithm>

#include "heed/framework/base/text.h"

namespace heed {
namespace {

constexpr size_t longest_word = 64;  // longer ones are no slip of the finger, and cost time

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Twice the Damerau-Levenshtein distance (optimal string alignment), blind to case.
size_t distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1);
  std::vector<size_t> last(b.size() + 1);
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    before.swap(last);
    last.swap(row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const bool is_same = lower(a[i - 1]) == lower(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (is_same ? 0 : 1)});
      const bool is_swapped = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                              lower(a[i - 2]) == lower(b[j - 1]);
      if (is_swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return 2 * row[b.size()];
}

/// A part is farther than one slip, nearer than two.
constexpr size_t distance_of_part = 3;

size_t longest_distance(std::string_view word) {
  return 2 * std::clamp<size_t>(word.size() / 3, 1, 3) + 1;
}

/// Whether `part` is the first or the last words of `whole`: "warmup" of "warmup_steps".
bool is_part(std::string_view part, std::string_view whole) {
  if (part.size() < 3 || whole.size() <= part.size() + 1) return false;
  const size_t rest = whole.size() - part.size();
  return (whole.starts_with(part) && whole[part.size()] == '_') ||
         (whole.ends_with(part) && whole[rest - 1] == '_');
}

size_t name_distance(std::string_view name, std::string_view choice) {
  if (is_part(name, choice) || is_part(choice, name)) {
    return std::min(distance_of_part, distance(name, choice));
  }
  return distance(name, choice);
}

size_t path_distance(std::string_view path, std::string_view choice) {
  const size_t name_at = path.rfind('.') + 1;  // npos + 1 is 0
  const size_t choice_at = choice.rfind('.') + 1;
  if (path.substr(0, name_at) == choice.substr(0, choice_at)) {
    return name_distance(path.substr(name_at), choice.substr(choice_at));
  }
  if (distance(path.substr(name_at), choice.substr(choice_at)) == 0) return 2;
  return distance(path, choice);
}

template <class Distance>
std::optional<std::string> nearest(std::string_view word, size_t limit,
                                   const std::vector<std::string>& choices, Distance measure) {
  if (word.empty() || word.size() > longest_word) return std::nullopt;
  const std::string* best = nullptr;
  for (const std::string& choice : choices) {
    const size_t apart = measure(word, choice);
    // Where every letter differs nothing is meant.
    if (apart >= 2 * std::max(word.size(), choice.size()) || apart > limit) continue;
    limit = apart == 0 ? 0 : apart - 1;  // the first of equals wins
    best = &choice;
    if (apart == 0) break;
  }
  return best == nullptr ? std::nullopt : std::optional(*best);
}

}  // namespace

std::optional<std::string> nearest_word(std::string_view word,
                                        const std::vector<std::string>& choices) {
  return nearest(word, longest_distance(word), choices, name_distance);
}

std::string suggestion(std::string_view word, const std::vector<std::string>& choices) {
  const auto near = nearest_word(word, choices);
  return near ? "; did you mean " + in_quotes(*near) + "?" : "";
}

std::optional<std::string> nearest_path(std::string_view path,
                                        const std::vector<std::string>& choices) {
  const std::string_view name = path.substr(path.rfind('.') + 1);
  if (name.empty()) return std::nullopt;
  return nearest(path, longest_distance(name), choices, path_distance);
}

}  // namespace heed
